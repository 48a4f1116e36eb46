"""The door: what the QR code of a registration opens for staff."""

from django.urls import path

from desk import views

urlpatterns = [path("<str:code>/", views.door, name="door")]
