"""What the schemes in effect rest on."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone

from courses.registry import CitedPlace
from credentials.models import Scheme
from credentials.rules.scheme import SchemeRules

SCHEME_KIND = "credentials.scheme"


def scheme_citations() -> Iterable[CitedPlace]:
    """Every provision the scheme versions in effect rest on, as of their approval."""
    now = timezone.now()
    for scheme in Scheme.objects.all():
        version = scheme.versions.in_effect(now).first()
        if version is None or version.approved_at is None:
            continue
        for key in provisions_of(version.rules()):
            yield CitedPlace(
                kind=SCHEME_KIND,
                object_id=scheme.key,
                title=scheme.name,
                url=reverse("credentials:scheme_version", args=[version.public_id]),
                citation=key,
                law_as_of=timezone.localtime(version.approved_at).date(),
            )


def provisions_of(rules: SchemeRules) -> list[str]:
    """The law of every requirement and of every other parameter, each once."""
    named = [key for requirement in rules.requirements for key in requirement.law]
    named += [key for keys in rules.law_basis.values() for key in keys]
    return list(dict.fromkeys(named))
