from django.urls import path

from marketplace.users.api.seller_views import SellerView

urlpatterns = [path("<uuid:seller_id>/", SellerView.as_view(), name="seller")]
