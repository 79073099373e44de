"""Drawings as a run may show them: one variant, no author's marks."""

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import quote_etag
from django.views.decorators.http import require_GET

from simulator.engine import scene_svg, view_model
from simulator.enums import RunStatus
from simulator.models import CaseMedia, Run
from simulator.permissions import readable_run_required
from simulator.queries import case_of, current_state


@readable_run_required
@require_GET
def drawing(request: HttpRequest, run: Run, path: str) -> HttpResponse:
    """A scene or page that the run has come to; anything else is not found.

    While the run goes on, a page is shown only after the paper was opened.
    """
    if path not in _visible(run):
        raise Http404
    media = CaseMedia.objects.filter(version=run.version, path=path).first()
    if media is None:
        raise Http404
    options = tuple(sorted(case_of(run).options.items()))
    etag = quote_etag(f"{media.sha256[:24]}-{hash(options) & 0xFFFFFFFF:x}")
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304)
    body = _stripped(media.sha256, bytes(media.content), options)
    return HttpResponse(
        body,
        content_type="image/svg+xml; charset=utf-8",
        headers={
            "ETag": etag,
            "Cache-Control": "private, max-age=3600",
            "X-Content-Type-Options": "nosniff",
        },
    )


@lru_cache(maxsize=128)
def _stripped(sha256: str, content: bytes, options: tuple[tuple[str, str], ...]) -> str:
    return scene_svg(content.decode(), dict(options))


def _visible(run: Run) -> set[str]:
    case = case_of(run)
    if run.status != RunStatus.LIVE:
        pages = {document.image for document in case.documents}
        return pages | {scene.image for scene in case.scenes}
    view = view_model(case, current_state(run))
    pages = {document.image for document in view.documents if document.opened}
    return (pages | {scene.image for scene in view.scenes}) - {""}
