"""The demo shop's data fits together, and its pictures are the same on every machine."""

from demo.catalogue import CATEGORIES, PRODUCTS, SELLERS
from demo.pictures import MOTIFS, PICTURES, draw_picture
from marketplace.core.money import Money
from marketplace.products.pictures import render_picture
from marketplace.products.tests.images import as_bytes


def test_every_category_stands_below_one_that_comes_before_it() -> None:
    seen: set[str | None] = {None}
    for category in CATEGORIES:
        assert category.parent in seen
        assert category.slug not in seen
        seen.add(category.slug)
    assert len(CATEGORIES) >= 12


def test_every_product_has_a_seller_a_category_a_price_and_a_picture_of_its_own() -> None:
    slugs = {category.slug for category in CATEGORIES}
    assert len(PRODUCTS) >= 60
    assert len({product.title for product in PRODUCTS}) == len(PRODUCTS)
    assert sorted(product.picture for product in PRODUCTS) == sorted(PICTURES)
    for product in PRODUCTS:
        assert product.seller in SELLERS
        assert product.category in slugs
        price = Money.from_decimal(product.price, product.currency)
        assert price.is_positive
        if product.compare_price:
            assert Money.from_decimal(product.compare_price, product.currency) >= price
    assert {product.category for product in PRODUCTS} > slugs - {"electronics", "furniture"}


def test_every_motif_is_used() -> None:
    assert {picture.motif for picture in PICTURES.values()} == set(MOTIFS)


def test_a_picture_is_drawn_the_same_twice_and_passes_our_own_checks() -> None:
    one = draw_picture("bookcase")
    assert one.size == (750, 750)
    assert one.tobytes() == draw_picture("bookcase").tobytes()
    assert render_picture(as_bytes(one)).full.width == 750
    assert draw_picture("oak-chair").tobytes() != draw_picture("black-chair").tobytes()
