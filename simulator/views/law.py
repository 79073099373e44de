"""Search of the law library from within a run: a search, not a list of answers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from simulator.models import Run
from simulator.permissions import own_run_required
from simulator.queries import case_of, search_law

LONGEST = 100


@own_run_required
@require_GET
def law_search(request: HttpRequest, run: Run) -> HttpResponse:
    """Articles that fit the words or the number, as the law stood for this case."""
    query = request.GET.get("q", "").strip()[:LONGEST]
    results = search_law(query, case_of(run).head.law_as_of) if query else []
    return render(
        request,
        "simulator/_law_results.html",
        {"results": results, "query": query},
    )
