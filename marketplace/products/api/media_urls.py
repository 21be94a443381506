from django.urls import path

from marketplace.products.api.media import serve_picture

urlpatterns = [path("<path:name>", serve_picture, name="media")]
