"""Examples for the documentation."""

from drf_spectacular.utils import OpenApiExample

MULTIPART = "multipart/form-data"

CATEGORY = {
    "id": "0199a000-0000-7000-8000-0000000000c1",
    "name": "Chairs",
    "slug": "chairs",
    "path": ["Home", "Furniture", "Chairs"],
}
SELLER = {
    "id": "0199a000-0000-7000-8000-0000000000a1",
    "display_name": "Chair workshop",
    "profile_picture_url": "",
    "verification_status": "VERIFIED",
    "rating": "4.80",
    "total_reviews": 31,
}
IMAGE = {
    "id": "0199a000-0000-7000-8000-0000000000d1",
    "full": {"url": "/media/products/0199…/0199…-full.webp", "width": 1600, "height": 1200},
    "thumbnail": {"url": "/media/products/0199…/0199…-thumbnail.webp", "width": 400, "height": 300},
}
CARD = {
    "id": "0199a000-0000-7000-8000-000000000001",
    "title": "Oak dining chair",
    "price": "89.00",
    "compare_price": "119.00",
    "currency": "EUR",
    "thumbnail_url": IMAGE["thumbnail"]["url"],  # type: ignore[index]
    "categories": [CATEGORY],
    "seller_id": SELLER["id"],
    "seller": SELLER,
    "inventory_count": 4,
    "in_stock": True,
    "is_featured": False,
    "status": "ACTIVE",
    "created_at": "2026-11-22T09:30:00Z",
}
LISTING = {
    "title": "Oak dining chair",
    "description": "Solid oak, oiled, with a woven seat.",
    "price": "89.00",
    "compare_price": "119.00",
    "currency": "EUR",
    "category_ids": [CATEGORY["id"]],
    "specifications": {"Material": "oak", "Height": "82 cm"},
    "inventory_count": 4,
}
OWN = {
    **{k: v for k, v in LISTING.items() if k != "category_ids"},
    "id": CARD["id"],
    "seller_id": SELLER["id"],
    "categories": [CATEGORY],
    "images": [IMAGE],
    "is_featured": False,
    "status": "DRAFT",
    "review_reason": "",
    "version": 1,
    "published_at": None,
    "created_at": "2026-11-22T09:30:00Z",
    "updated_at": "2026-11-22T09:30:00Z",
}
SHELF = {
    "id": CATEGORY["id"],
    "name": "Chairs",
    "slug": "chairs",
    "description": "To sit on.",
    "parent_id": "0199a000-0000-7000-8000-0000000000c0",
    "image": "",
}

page = OpenApiExample(
    "A page", {"next": None, "previous": None, "results": [CARD]}, response_only=True
)
own_page = OpenApiExample(
    "A page", {"next": None, "previous": None, "results": [OWN]}, response_only=True
)
listing = OpenApiExample("A chair", LISTING, request_only=True)
changes = OpenApiExample("A new price", {"price": "79.00"}, request_only=True)
own = OpenApiExample("A draft", OWN, response_only=True)
detail = OpenApiExample(
    "A chair",
    {
        **CARD,
        "description": LISTING["description"],
        "specifications": LISTING["specifications"],
        "images": [IMAGE],
        "published_at": "2026-11-22T09:35:00Z",
        "updated_at": "2026-11-22T09:35:00Z",
        "version": 2,
    },
    response_only=True,
)
nothing = OpenApiExample("Nothing", {}, request_only=True)
picture = OpenApiExample(
    "A file", {"image": "(the bytes of the picture)"}, request_only=True, media_type=MULTIPART
)
image_order = OpenApiExample(
    "The first is its face", {"image_ids": [IMAGE["id"]]}, request_only=True
)
approval = OpenApiExample(
    "Looked at", {"reason": "The label is shown and the price is usual."}, request_only=True
)
rejection = OpenApiExample(
    "Not enough to go by", {"reason": "Please show the brand in a photo."}, request_only=True
)
tree = OpenApiExample(
    "One branch",
    {"results": [{**SHELF, "parent_id": None, "children": [{**SHELF, "children": []}]}]},
    response_only=True,
)
category = OpenApiExample(
    "A category",
    {**SHELF, "path": [{"id": SHELF["id"], "name": "Chairs", "slug": "chairs"}], "children": []},
    response_only=True,
)
