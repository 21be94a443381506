from django.urls import path

from marketplace.products.api import category_views, image_views, views

urlpatterns = [
    path("products/", views.ProductsView.as_view(), name="products"),
    path("products/mine/", views.OwnProductsView.as_view(), name="products-mine"),
    path("products/<uuid:product_id>/", views.ProductView.as_view(), name="product"),
    path("products/<uuid:product_id>/publish/", views.PublishView.as_view()),
    path("products/<uuid:product_id>/deactivate/", views.DeactivateView.as_view()),
    path("products/<uuid:product_id>/approve/", views.ApproveView.as_view()),
    path("products/<uuid:product_id>/reject/", views.RejectView.as_view()),
    path("products/<uuid:product_id>/images/", image_views.ImagesView.as_view()),
    path("products/<uuid:product_id>/images/order/", image_views.ImageOrderView.as_view()),
    path("products/<uuid:product_id>/images/<uuid:image_id>/", image_views.ImageView.as_view()),
    path("categories/", category_views.CategoriesView.as_view(), name="categories"),
    path("categories/<uuid:category_id>/", category_views.CategoryView.as_view(), name="category"),
]
