"""Schemes rest on law, so the library watches them."""

from courses.queries.law import cited_places
from credentials.queries.law import SCHEME_KIND


def test_scheme_in_effect_names_the_law_of_its_parameters_once(make_scheme):
    scheme = make_scheme(
        requirements=[
            {
                "code": "post",
                "kind": "in_post",
                "parameters": {},
                "law": ["XZCFF:42.1"],
            }
        ],
        law_basis={"quorum": ["XZCFF:42", "WHPAQF:8"], "requirements": ["XZCFF:42.1"]},
    )

    cited = [place for place in cited_places() if place.kind == SCHEME_KIND]

    assert [place.citation for place in cited] == ["XZCFF:42.1", "XZCFF:42", "WHPAQF:8"]
    assert {place.object_id for place in cited} == {scheme.key}
