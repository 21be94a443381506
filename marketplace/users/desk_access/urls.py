from django.urls import path

from marketplace.users.desk_access import views

app_name = "desk"
urlpatterns = [
    path("", views.SecondFactorView.as_view(), name="second_factor"),
    path("again/", views.AgainView.as_view(), name="again"),
    path("enrol/", views.EnrolView.as_view(), name="enrol"),
]
