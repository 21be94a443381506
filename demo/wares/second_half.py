"""The second half of the demo shop: plants, kitchen, sports, fashion, toys."""

from demo.wares.shapes import CRAFT, HOME, SPORT, TECH, DemoProduct

SECOND_HALF = (
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
        {"Weight": "two of 100 g"}, inventory_count=35,
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
