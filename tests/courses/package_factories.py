"""Small SCORM packages, good and hostile."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MANIFEST = """<?xml version="1.0"?>
<manifest identifier="m" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"
 xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3">
<metadata><schema>ADL SCORM</schema><schemaversion>{version}</schemaversion></metadata>
<organizations default="o"><organization identifier="o"><title>灭火器点检</title>
<item identifier="i" identifierref="r"><title>一</title></item></organization></organizations>
<resources><resource identifier="r" type="webcontent" adlcp:scormType="sco" href="{href}">
<file href="index.html"/></resource></resources></manifest>"""

PAGES = {
    "1.2": """<!doctype html><title>x</title><p id="p">等待</p><script>
let w = window; while (!w.API && w.parent !== w) w = w.parent;
const a = w.API; a.LMSInitialize("");
setTimeout(() => {
  a.LMSSetValue("cmi.core.score.raw", "80"); a.LMSSetValue("cmi.core.score.max", "100");
  a.LMSSetValue("cmi.core.lesson_status", "completed"); a.LMSCommit("");
  document.getElementById("p").textContent = "完成";
}, 300);
</script>""",
    "2004": """<!doctype html><title>x</title><p id="p">等待</p><script>
let w = window; while (!w.API_1484_11 && w.parent !== w) w = w.parent;
const a = w.API_1484_11; a.Initialize("");
setTimeout(() => {
  a.SetValue("cmi.score.scaled", "0.8"); a.SetValue("cmi.success_status", "passed");
  a.SetValue("cmi.completion_status", "completed"); a.Commit("");
  document.getElementById("p").textContent = "完成";
}, 300);
</script>""",
}
SCHEMA = {"1.2": "1.2", "2004": "2004 4th Edition"}


PARTS = """<?xml version="1.0"?>
<manifest identifier="m" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"
 xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3">
<metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>
<organizations default="o"><organization identifier="o"><title>两节课</title>
<item identifier="one" identifierref="r" parameters="?part=1"><title>第一节</title></item>
<item identifier="two" identifierref="r" parameters="?part=2"><title>第二节</title></item>
<item identifier="more" identifierref="a"><title>附件</title></item>
</organization></organizations>
<resources>
<resource identifier="r" type="webcontent" adlcp:scormtype="sco" href="index.html"/>
<resource identifier="a" type="webcontent" adlcp:scormtype="asset" href="index.html"/>
</resources></manifest>"""


def make_package(
    version: str = "1.2",
    *,
    manifest: str | None = None,
    href: str = "index.html",
    extra: dict[str, bytes] | None = None,
    link: str = "",
) -> BytesIO:
    """A zip with a manifest, a page and whatever else the test wants."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        text = MANIFEST.format(version=SCHEMA.get(version, version), href=href)
        if manifest != "":
            archive.writestr("imsmanifest.xml", manifest or text)
        archive.writestr("index.html", PAGES.get(version, "<p>"))
        for name, content in (extra or {}).items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
        if link:
            info = ZipInfo(link)
            info.external_attr = 0o120777 << 16
            archive.writestr(info, "/etc/passwd")
    target.seek(0)
    return target
