from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("code/", views.code, name="code"),
    path("code/set-up/", views.enrol, name="enrol"),
    path("code/lost/", views.lost_device, name="lost_device"),
    path("code/recovery/", views.new_recovery_codes, name="recovery_codes"),
    path("profile/", views.profile, name="profile"),
    path("profile/export/", views.export, name="export"),
    path("password/", views.change_password, name="password"),
    path(
        "password/forgotten/", views.ForgottenPasswordView.as_view(), name="forgotten"
    ),
    path("password/forgotten/sent/", views.forgotten_sent, name="forgotten_sent"),
    path(
        "password/set/<uidb64>/<token>/",
        views.SetPasswordView.as_view(),
        name="set_password",
    ),
    path("people/", views.people, name="people"),
    path("people/roster/", views.upload_roster, name="upload_roster"),
    path("people/<uuid:public_id>/invite/", views.invite, name="invite"),
    path("people/resets/<int:pk>/", views.decide_reset, name="decide_reset"),
]
