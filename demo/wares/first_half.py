"""The first half of the demo shop: home, electronics, music."""

from demo.wares.shapes import CRAFT, HOME, SPORT, TECH, DemoProduct

FIRST_HALF = (
    DemoProduct(
        "Oak dining chair", "chairs", "89.00", "oak-chair", HOME,
        "Solid oak with a woven paper seat. Comfortable through long dinners; the finish is oil, "
        "so that scratches can be rubbed out.",
        {"Material": "oak", "Seat height": "46 cm", "Weight": "4.8 kg"},
        compare_price="119.00", is_featured=True,
    ),
    DemoProduct(
        "Black spindle chair", "chairs", "74.00", "black-chair", HOME,
        "Painted beech, red seat pad. One of a set of six; sold one by one.",
        {"Material": "beech", "Seat height": "45 cm"}, inventory_count=6,
    ),
    DemoProduct(
        "Green velvet armchair", "chairs", "340.00", "green-armchair", HOME,
        "Deep, soft and only ever sat in by a cat who disliked it.",
        {"Cover": "velvet", "Width": "84 cm", "Condition": "as new"}, inventory_count=1,
        is_featured=True,
    ),
    DemoProduct(
        "Rose reading chair", "chairs", "295.00", "rose-armchair", HOME,
        "High back, wide arms and room for a cup. Cushion included.",
        {"Cover": "linen blend", "Width": "80 cm"}, inventory_count=2,
    ),
    DemoProduct(
        "Round walnut table", "furniture", "420.00", "round-table", HOME,
        "Seats four. The top is one piece of veneer, the legs come off for moving house.",
        {"Diameter": "110 cm", "Height": "74 cm"}, inventory_count=2, compare_price="499.00",
    ),
    DemoProduct(
        "Bookcase with back", "furniture", "210.00", "bookcase", HOME,
        "Three deep shelves that do not sag. Books are not included, the marble egg is.",
        {"Height": "145 cm", "Width": "90 cm", "Depth": "32 cm"}, inventory_count=3,
    ),
    DemoProduct(
        "Red desk lamp", "lighting", "59.00", "desk-lamp", HOME,
        "Two joints, a heavy foot and a switch that clicks. Takes an E27 bulb.",
        {"Socket": "E27", "Cable": "1.8 m"},
    ),
    DemoProduct(
        "Brass and green study lamp", "lighting", "95.00", "brass-lamp", HOME,
        "The arm is brass and will darken with the years, as it should.",
        {"Socket": "E14", "Material": "brass, steel"}, inventory_count=4,
    ),
    DemoProduct(
        "Amber dome pendant", "lighting", "129.00", "pendant-lamp", HOME,
        "Spun metal, warm inside. Hangs well above a dining table.",
        {"Diameter": "42 cm", "Cable": "2 m"},
    ),
    DemoProduct(
        "Blue enamel pendant", "lighting", "139.00", "blue-pendant", HOME,
        "From an old workshop, rewired by an electrician last spring.",
        {"Diameter": "45 cm", "Condition": "restored"}, inventory_count=2,
    ),
    DemoProduct(
        "Thirty-five millimetre film camera", "cameras", "189.00", "film-camera", TECH,
        "Light meter works, shutter tested at every speed. Comes with a strap and one film.",
        {"Format": "35 mm", "Lens": "50 mm f/1.8", "Condition": "very good"}, inventory_count=1,
        is_featured=True,
    ),
    DemoProduct(
        "Compact mirrorless camera", "cameras", "649.00", "black-camera", TECH,
        "Two years old, eight thousand exposures, two batteries and the original box.",
        {"Sensor": "APS-C", "Resolution": "24 MP"}, inventory_count=2, compare_price="899.00",
    ),
    DemoProduct(
        "Closed studio headphones", "audio", "149.00", "studio-headphones", TECH,
        "New ear pads. Flat, honest sound; the cable can be replaced.",
        {"Impedance": "80 Ω", "Cable": "3 m"}, inventory_count=12,
    ),
    DemoProduct(
        "Wireless headphones, mint", "audio", "179.00", "mint-headphones", TECH,
        "Thirty hours of music, folds flat, quiet on trains.",
        {"Battery": "30 h", "Noise cancelling": True}, inventory_count=20,
    ),
    DemoProduct(
        "Walnut bookshelf speaker, pair", "audio", "320.00", "walnut-speaker", TECH,
        "Two-way, real veneer. Heard with an open mind before being packed.",
        {"Power": "60 W", "Height": "38 cm"}, inventory_count=3,
    ),
    DemoProduct(
        "Refurbished phone, blue", "phones", "259.00", "blue-phone", TECH,
        "New battery, a screen without scratches, unlocked, erased and updated.",
        {"Storage": "128 GB", "Battery health": "100 %"}, inventory_count=9,
    ),
    DemoProduct(
        "Refurbished phone, coral", "phones", "319.00", "coral-phone", TECH,
        "Checked in forty steps; the list is in the box.",
        {"Storage": "256 GB", "Battery health": "96 %"}, inventory_count=5, currency="USD",
    ),
    DemoProduct(
        "Thirteen-inch laptop", "phones", "780.00", "laptop", TECH,
        "Light, silent and quick enough for everything but games. Keyboard as new.",
        {"Memory": "16 GB", "Storage": "512 GB", "Weight": "1.2 kg"}, inventory_count=4,
    ),
    DemoProduct(
        "Mechanical keyboard", "phones", "14800", "keyboard", TECH,
        "Hot-swappable switches, coral caps, a satisfying sound that is not too loud.",
        {"Layout": "ANSI 75 %", "Switches": "tactile"}, inventory_count=15, currency="JPY",
    ),
    DemoProduct(
        "Red city bicycle", "bicycles", "380.00", "red-bicycle", SPORT,
        "Eight gears in the hub, new brake pads, leather saddle. Ridden to work and back.",
        {"Frame": "56 cm", "Wheels": "28 inch", "Gears": 8}, inventory_count=1, is_featured=True,
    ),
    DemoProduct(
        "Teal touring bicycle", "bicycles", "620.00", "teal-bicycle", SPORT,
        "Steel frame that has crossed two borders and is ready for the third.",
        {"Frame": "58 cm", "Gears": 27}, inventory_count=1, compare_price="850.00",
    ),
    DemoProduct(
        "Maple skateboard", "sports", "75.00", "skateboard", SPORT,
        "Seven layers of maple, soft wheels for rough streets.",
        {"Length": "80 cm", "Wheels": "60 mm"}, inventory_count=10,
    ),
    DemoProduct(
        "Mint cruiser board", "sports", "68.00", "mint-skateboard", SPORT,
        "Short, light and easily carried under an arm.",
        {"Length": "68 cm", "Wheels": "62 mm"}, inventory_count=7,
    ),
    DemoProduct(
        "Classical guitar", "music", "240.00", "classical-guitar", CRAFT,
        "Cedar top, made by hand, new strings. Warm and not shy.",
        {"Top": "cedar", "Scale": "650 mm"}, inventory_count=2, is_featured=True,
    ),
    DemoProduct(
        "Cherry-red guitar", "music", "195.00", "red-guitar", CRAFT,
        "A good first guitar: low strings, easy neck, padded bag.",
        {"Top": "spruce", "Scale": "628 mm"}, inventory_count=5,
    ),
    DemoProduct(
        "Rope-tuned hand drum", "music", "9500.00", "hand-drum", CRAFT,
        "Goat skin on mango wood, tuned by its ropes. Sticks included.",
        {"Height": "40 cm", "Wood": "mango"}, inventory_count=4, currency="KES",
    ),
    DemoProduct(
        "Blue parade drum", "music", "130.00", "blue-drum", CRAFT,
        "Marched in twice, then stored dry. Both heads are new.",
        {"Diameter": "36 cm"}, inventory_count=1,
    ),
    DemoProduct(
        "Five novels, a stack", "books", "24.00", "novels", CRAFT,
        "Chosen by the season. Say which ones you know and you get others.",
        {"Language": "English", "Books": 5}, inventory_count=14,
    ),
    DemoProduct(
        "Cook books from four kitchens", "books", "38.00", "cook-books", CRAFT,
        "Stained on the best pages.",
        {"Language": "English", "Books": 5}, inventory_count=3,
    ),
    DemoProduct(
        "Sewn sketchbook", "books", "19.50", "sketchbook", CRAFT,
        "Opens flat, takes ink without bleeding, bound by hand in linen.",
        {"Paper": "150 g/m²", "Pages": 96}, inventory_count=30,
    ),
    DemoProduct(
        "World atlas", "books", "45.00", "atlas", CRAFT,
        "Large maps, clear colours and an index one can read.",
        {"Pages": 264, "Height": "38 cm"}, inventory_count=6,
    ),
    DemoProduct(
        "Rubber plant", "plants", "32.00", "rubber-plant", HOME,
        "Forgives forgotten watering. About 50 cm with its pot.",
        {"Light": "half shade", "Pot": "terracotta"}, inventory_count=9,
    ),
)  # fmt: skip
