"""What the demo shop sells: categories and products as data."""

from demo.wares.first_half import FIRST_HALF
from demo.wares.second_half import SECOND_HALF
from demo.wares.shapes import SELLERS, DemoCategory, DemoProduct

__all__ = ["CATEGORIES", "PRODUCTS", "SELLERS", "DemoCategory", "DemoProduct"]

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

PRODUCTS = (*FIRST_HALF, *SECOND_HALF)
