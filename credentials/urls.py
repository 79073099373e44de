"""Addresses of the register; the gate adds its own below /connect/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from credentials.views import (
    approval,
    batches,
    device,
    orders,
    overview,
    prints,
    qualification,
    recusals,
    register,
    road,
    schemes,
)


class TokenConverter(StringConverter):
    """The random token of a card."""

    regex = r"[A-Za-z0-9_-]{16,32}"


register_converter(TokenConverter, "card_token")

app_name = "credentials"
Q = "qualifications/"
urlpatterns = [
    path("", road.home, name="home"),
    path(Q, qualification.mine, name="mine"),
    path(f"{Q}approvals/", approval.approvals, name="approvals"),
    path(f"{Q}approvals/<slug:tab>/", approval.approvals, name="approvals_tab"),
    path(f"{Q}proposals/<uuid:public_id>/", approval.approval, name="approval"),
    path(
        f"{Q}proposals/<uuid:public_id>/withdraw/", approval.withdraw, name="withdraw"
    ),
    path(f"{Q}people/", approval.people, name="people"),
    path(f"{Q}people/<uuid:public_id>/", approval.officer_file, name="officer_file"),
    path(f"{Q}batches/new/", batches.batch_new, name="batch_new"),
    path(f"{Q}batches/<uuid:public_id>/", batches.batch, name="batch"),
    path(f"{Q}orders/", orders.orders, name="orders"),
    path(f"{Q}orders/<uuid:public_id>/", orders.order, name="order"),
    path(f"{Q}prints/", prints.print_jobs, name="print_jobs"),
    path(f"{Q}prints/<uuid:public_id>/", prints.print_job, name="print_job"),
    path(
        f"{Q}prints/<uuid:public_id>/papers.zip", prints.print_file, name="print_file"
    ),
    path(f"{Q}recusals/", recusals.recusals, name="recusals"),
    path(f"{Q}recusals/<uuid:public_id>/end/", recusals.end, name="recusal_end"),
    path(f"{Q}overview/", overview.overview, name="overview"),
    path(f"{Q}overview/<slug:name>.png", overview.chart, name="chart"),
    path(f"{Q}schemes/", schemes.schemes, name="schemes"),
    path(f"{Q}schemes/<slug:key>/write/", schemes.write, name="scheme_write"),
    path(f"{Q}versions/<uuid:public_id>/", schemes.version, name="scheme_version"),
    path(f"{Q}versions/<uuid:public_id>/try/", schemes.try_version, name="scheme_try"),
    path(f"{Q}complaints/", register.complaints, name="complaints"),
    path(f"{Q}device/", device.device, name="device"),
    path(f"{Q}device/bind/", device.bind, name="device_bind"),
    path(f"{Q}<uuid:public_id>/", qualification.detail, name="qualification"),
    path(f"{Q}<uuid:public_id>/act/", approval.act, name="act"),
    path(f"{Q}<uuid:public_id>/object/", qualification.object_to, name="object"),
    path(f"{Q}<uuid:public_id>/on/", qualification.on_a_day, name="on_a_day"),
    path(
        f"{Q}<uuid:public_id>/certificate.pdf",
        qualification.printed,
        {"form": "certificate"},
        name="certificate",
    ),
    path(
        f"{Q}<uuid:public_id>/card.pdf",
        qualification.printed,
        {"form": "card"},
        name="card",
    ),
    path(f"{Q}<uuid:public_id>/badge.jwt", qualification.badge, name="badge"),
    path("register/", register.register, name="register"),
    path("register/answers.json", register.answers, name="answers"),
    path("register/c/<card_token:token>/", register.check, name="check"),
    path(
        "register/c/<card_token:token>/photo/", register.check_photo, name="check_photo"
    ),
    path("register/report/", register.complaint, name="complaint"),
    path("register/disclosure/", register.disclosure, name="disclosure"),
]
