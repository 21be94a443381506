from django.urls import path

from marketplace.products.api import views

urlpatterns = [
    path("products/", views.ProductsView.as_view(), name="products"),
    path("products/mine/", views.OwnProductsView.as_view(), name="products-mine"),
    path("products/<uuid:product_id>/", views.ProductView.as_view(), name="product"),
    path("products/<uuid:product_id>/publish/", views.PublishView.as_view()),
    path("products/<uuid:product_id>/deactivate/", views.DeactivateView.as_view()),
    path("products/<uuid:product_id>/approve/", views.ApproveView.as_view()),
    path("products/<uuid:product_id>/reject/", views.RejectView.as_view()),
    path("products/<uuid:product_id>/images/", views.ImagesView.as_view()),
    path("products/<uuid:product_id>/images/order/", views.ImageOrderView.as_view()),
    path("products/<uuid:product_id>/images/<uuid:image_id>/", views.ImageView.as_view()),
    path("categories/", views.CategoriesView.as_view(), name="categories"),
    path("categories/<uuid:category_id>/", views.CategoryView.as_view(), name="category"),
]
