"""What the demo shop sells: categories and products as data.

``SELLERS`` names the demo sellers by the part of their address before the @.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DemoCategory:
    """``parent`` is a slug; parents stand before their children."""

    slug: str
    name: str
    description: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """``price`` and ``compare_price`` are decimal strings; ``picture`` is a name of
    ``demo.pictures.PICTURES``; ``status`` is where the listing is to end up."""

    title: str
    category: str
    price: str
    picture: str
    seller: str
    description: str
    specifications: dict[str, Any] = field(default_factory=dict)
    currency: str = "EUR"
    compare_price: str | None = None
    inventory_count: int = 8
    is_featured: bool = False
    status: str = "ACTIVE"


SELLERS = ("home-seller", "tech-seller", "craft-seller", "sport-seller")
HOME, TECH, CRAFT, SPORT = SELLERS

CATEGORIES = (
    DemoCategory("home", "Home", "Furniture, light and what stands on the table."),
    DemoCategory("furniture", "Furniture", "To sit on, eat at and fill with books.", "home"),
    DemoCategory("chairs", "Chairs", "Dining chairs, armchairs and stools.", "furniture"),
    DemoCategory("lighting", "Lighting", "Lamps for desks, tables and ceilings.", "home"),
    DemoCategory("kitchen", "Kitchen", "Mugs, pots, pans and bowls.", "home"),
    DemoCategory("plants", "Plants", "Green company, pot included.", "home"),
    DemoCategory("electronics", "Electronics", "Listened to, tested and described honestly."),
    DemoCategory("audio", "Audio", "Headphones and speakers.", "electronics"),
    DemoCategory("cameras", "Cameras", "Film and digital.", "electronics"),
    DemoCategory("phones", "Phones and computers", "Second life included.", "electronics"),
    DemoCategory("music", "Music", "Instruments for beginners and old hands."),
    DemoCategory("books", "Books and paper", "Read once, or never."),
    DemoCategory("sports", "Sports and outdoors", "On wheels, on court and in the rain."),
    DemoCategory("bicycles", "Bicycles", "Serviced before they are sold.", "sports"),
    DemoCategory("fashion", "Fashion", "Shoes, bags and what completes them."),
    DemoCategory("jewellery", "Watches and jewellery", "Small and precious.", "fashion"),
    DemoCategory("toys", "Toys", "Wood, plush and imagination."),
    DemoCategory("handmade", "Hand-made", "Poured, boiled and jarred in small batches."),
)

PRODUCTS = (
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
    DemoProduct(
        "Peace lily", "plants", "26.00", "peace-lily", HOME,
        "Flowers twice a year and tells you when it is thirsty.",
        {"Light": "shade", "Pot": "white clay"}, inventory_count=11,
    ),
    DemoProduct(
        "Flowering cactus", "plants", "18.00", "cactus", HOME,
        "In bud. Stands well on a sunny window sill.",
        {"Light": "full sun", "Height": "34 cm"}, inventory_count=16,
    ),
    DemoProduct(
        "Stoneware mug", "kitchen", "22.00", "stoneware-mug", CRAFT,
        "Thrown on the wheel, glazed in two dips, so that no two are quite alike.",
        {"Volume": "350 ml", "Dishwasher": True}, inventory_count=24,
    ),
    DemoProduct(
        "Terracotta mug", "kitchen", "20.00", "terracotta-mug", CRAFT,
        "Keeps coffee warm and hands happy.",
        {"Volume": "330 ml", "Dishwasher": True}, inventory_count=18,
    ),
    DemoProduct(
        "Blue enamel teapot", "kitchen", "48.00", "teapot", HOME,
        "For six cups, with a sieve that can be taken out.",
        {"Volume": "1.2 l"}, inventory_count=5,
    ),
    DemoProduct(
        "Cream porcelain teapot", "kitchen", "6400", "cream-teapot", HOME,
        "Thin, light and older than it looks. No chips.",
        {"Volume": "0.9 l", "Condition": "very good"}, inventory_count=1, currency="JPY",
    ),
    DemoProduct(
        "Cobalt vase", "home", "54.00", "blue-vase", CRAFT,
        "A narrow neck: three stems are enough.",
        {"Height": "28 cm"}, inventory_count=7,
    ),
    DemoProduct(
        "Wide fruit bowl", "kitchen", "39.00", "fruit-bowl", CRAFT,
        "Celadon glaze outside, cream inside. Fruit not included.",
        {"Diameter": "30 cm"}, inventory_count=8,
    ),
    DemoProduct(
        "White running shoes", "fashion", "85.00", "white-sneaker", SPORT,
        "Worn twice on a treadmill. Light and well cushioned.",
        {"Size": "EU 42", "Condition": "as new"}, inventory_count=1, compare_price="130.00",
    ),
    DemoProduct(
        "Blue court shoes", "fashion", "92.00", "blue-sneaker", SPORT,
        "New, in their box. Firm heel, soles that do not mark.",
        {"Sizes": ["EU 39", "EU 41", "EU 44"]}, inventory_count=9,
    ),
    DemoProduct(
        "Canvas backpack", "fashion", "69.00", "canvas-backpack", SPORT,
        "Waxed canvas, leather straps, a sleeve for a laptop.",
        {"Volume": "22 l"}, inventory_count=12,
    ),
    DemoProduct(
        "Red hiking backpack", "sports", "98.00", "red-backpack", SPORT,
        "Carries well on long days. Rain cover in the lid.",
        {"Volume": "35 l", "Weight": "1.1 kg"}, inventory_count=6,
    ),
    DemoProduct(
        "Two-person tent", "sports", "165.00", "tent", SPORT,
        "Up in five minutes, dry in a storm; the poles are numbered.",
        {"Weight": "2.3 kg", "Water column": "3000 mm"}, inventory_count=5, is_featured=True,
    ),
    DemoProduct(
        "Basketball", "sports", "29.00", "basketball", SPORT,
        "For the street: rough, tough and still round.",
        {"Size": 7}, inventory_count=25,
    ),
    DemoProduct(
        "Tennis racket and ball", "sports", "79.00", "racket", SPORT,
        "New strings at 24 kg, grip replaced.",
        {"Head": "645 cm²", "Weight": "300 g"}, inventory_count=3,
    ),
    DemoProduct(
        "Wooden building blocks", "toys", "35.00", "wooden-blocks", CRAFT,
        "Forty blocks in four colours, dyed with what one may chew on.",
        {"Wood": "lime", "Age": "from 1 year"}, inventory_count=10,
    ),
    DemoProduct(
        "Teddy bear with bow", "toys", "28.00", "teddy-bear", CRAFT,
        "Sewn by hand, stuffed with wool, ready for secrets.",
        {"Height": "36 cm", "Washable": True}, inventory_count=8, is_featured=True,
    ),
    DemoProduct(
        "Grey bear", "toys", "28.00", "grey-bear", CRAFT,
        "The quiet brother.",
        {"Height": "36 cm", "Washable": True}, inventory_count=0,
    ),
    DemoProduct(
        "Tin rocket", "toys", "42.00", "toy-rocket", CRAFT,
        "Winds up, drives, never quite takes off.",
        {"Height": "24 cm", "Material": "tin"}, inventory_count=4, currency="USD",
    ),
    DemoProduct(
        "Wooden steam engine", "toys", "37.00", "toy-train", CRAFT,
        "Pulls up to six wagons or one cat.",
        {"Wood": "beech", "Length": "22 cm"}, inventory_count=7,
    ),
    DemoProduct(
        "Beeswax candle", "handmade", "16.00", "beeswax-candle", CRAFT,
        "Burns for forty hours and smells of summer.",
        {"Burning time": "40 h"}, inventory_count=40,
    ),
    DemoProduct(
        "Lavender soap, two bars", "handmade", "11.00", "lavender-soap", CRAFT,
        "Olive oil, lavender from the garden, three months of patience.",
        {"Weight": "2 × 100 g"}, inventory_count=35,
    ),
    DemoProduct(
        "Pearl necklace with emerald drop", "jewellery", "460.00", "pearl-necklace", HOME,
        "Fresh-water pearls, newly strung, with a jeweller's note.",
        {"Length": "45 cm", "Pearls": "7 mm"}, inventory_count=1,
    ),
    DemoProduct(
        "Gold ring with aquamarine", "jewellery", "590.00", "gold-ring", HOME,
        "Fourteen carats, stone in a high setting. Can be made wider.",
        {"Size": "EU 54", "Gold": "585"}, inventory_count=1, status="UNDER_REVIEW",
    ),
    DemoProduct(
        "Dress watch, brown strap", "jewellery", "275.00", "dress-watch", TECH,
        "Automatic, serviced last year, strap new.",
        {"Diameter": "38 mm", "Movement": "automatic"}, inventory_count=1,
    ),
    DemoProduct(
        "Steel watch, blue strap", "jewellery", "165.00", "steel-watch", TECH,
        "Quartz, sapphire glass, swims.",
        {"Diameter": "40 mm", "Water": "10 bar"}, inventory_count=6, currency="USD",
    ),
    DemoProduct(
        "Violet sunglasses", "fashion", "58.00", "sunglasses", SPORT,
        "Polarised, with a hard case.",
        {"Protection": "UV400"}, inventory_count=13,
    ),
    DemoProduct(
        "Straw hat with ribbon", "fashion", "34.00", "straw-hat", SPORT,
        "Woven from raffia; the ribbon can be changed.",
        {"Size": "57 cm"}, inventory_count=9,
    ),
    DemoProduct(
        "Cast-iron pan", "kitchen", "52.00", "iron-pan", HOME,
        "Seasoned over years. Outlives its owners. Egg shown for scale.",
        {"Diameter": "26 cm", "Weight": "2.6 kg"}, inventory_count=4,
    ),
    DemoProduct(
        "Forest honey", "handmade", "1250.00", "honey-jar", CRAFT,
        "From forty hives at the edge of a forest. Dark, strong, unheated.",
        {"Weight": "500 g"}, inventory_count=50, currency="KES",
    ),
    DemoProduct(
        "Leather hand bag", "fashion", "145.00", "leather-bag", CRAFT,
        "Vegetable-tanned, saddle-stitched, made to be repaired.",
        {"Width": "34 cm", "Leather": "cow"}, inventory_count=3,
    ),
    DemoProduct(
        "Olive canvas bag", "fashion", "64.00", "olive-bag", CRAFT,
        "The light one, for markets and libraries.",
        {"Width": "36 cm", "Material": "cotton canvas"}, inventory_count=0, status="DRAFT",
    ),
)  # fmt: skip
