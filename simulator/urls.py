"""Addresses of the simulator."""

from django.urls import path, re_path

from simulator.views import cases, debrief, desk, drawings, law, papers, play

app_name = "simulator"
RUN = "runs/<uuid:run_id>/"
urlpatterns = [
    path("", cases.case_list, name="list"),
    path("cases/<slug:key>/", cases.case_detail, name="case"),
    path("cases/<slug:key>/start/", cases.run_start, name="start"),
    path("desk/", desk.run_list, name="desk"),
    path("desk/<uuid:run_id>/", desk.run_keep, name="keep"),
    path("checklists/<slug:key>/", cases.checklist, name="checklist"),
    path(RUN, play.run_detail, name="run"),
    path(f"{RUN}act/", play.run_act, name="act"),
    path(f"{RUN}law/", law.law_search, name="law"),
    path(f"{RUN}drawings/<path:path>", drawings.drawing, name="drawing"),
    path(f"{RUN}documents/<slug:code>/", papers.document, name="document"),
    path(f"{RUN}documents/<slug:code>.pdf", papers.document_pdf, name="document_pdf"),
    path(f"{RUN}case-file.pdf", papers.case_file, name="case_file"),
    path(f"{RUN}debrief/", debrief.debrief, name="debrief"),
    path(f"{RUN}replay/", debrief.replay, name="replay"),
    re_path(
        r"^runs/(?P<run_id>[0-9a-f-]{36})/(?P<screen>plan|enter|site|handling|penalty|"
        r"reinspection|close)/$",
        play.run_screen,
        name="screen",
    ),
]
