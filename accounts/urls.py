from django.urls import path

from accounts.views import account, people

app_name = "accounts"
urlpatterns = [
    path("sign-in/", account.sign_in, name="sign_in"),
    path("sign-out/", account.sign_out, name="sign_out"),
    path("code/", account.code, name="code"),
    path("code/set-up/", account.enrol, name="enrol"),
    path("code/lost/", account.lost_device, name="lost_device"),
    path("code/recovery/", account.new_recovery_codes, name="recovery_codes"),
    path("profile/", account.profile, name="profile"),
    path("profile/photo/", account.change_photo, name="change_photo"),
    path("photos/<uuid:public_id>/", account.photo, name="photo"),
    path("profile/export/", account.export, name="export"),
    path("password/", account.change_password, name="password"),
    path(
        "password/forgotten/", account.ForgottenPasswordView.as_view(), name="forgotten"
    ),
    path("password/forgotten/sent/", account.forgotten_sent, name="forgotten_sent"),
    path(
        "password/set/<uidb64>/<token>/",
        account.SetPasswordView.as_view(),
        name="set_password",
    ),
    path("people/", people.people, name="people"),
    path("people/roster/", people.upload_roster, name="upload_roster"),
    path("people/<uuid:public_id>/invite/", people.invite, name="invite"),
    path("people/resets/<int:pk>/", people.decide_reset, name="decide_reset"),
]
