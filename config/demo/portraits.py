"""Drawn portraits for the invented people of the demonstration."""

from io import BytesIO

from PIL import Image, ImageDraw

SIZE = (480, 600)
SKIN, UNIFORM, COLLAR, BADGE = "#e9c7a4", "#15304f", "#f4f7fb", "#c9a24a"
HAIR = ("#1d1b1a", "#2b2421", "#3a302b")
GROUND = ("#cfe0f2", "#dbe7ef", "#d3e3e0")


def portrait(number: int) -> bytes:
    """A bust in uniform as JPEG; `number` chooses hair and ground."""
    picture = Image.new("RGB", SIZE, GROUND[number % len(GROUND)])
    draw = ImageDraw.Draw(picture)
    hair = HAIR[number % len(HAIR)]
    draw.ellipse((40, 440, 440, 860), fill=UNIFORM)
    draw.polygon(((190, 430), (290, 430), (240, 520)), fill=COLLAR)
    draw.rectangle((205, 360, 275, 450), fill=SKIN)
    if number % 2:
        draw.rounded_rectangle((132, 130, 348, 400), 90, fill=hair)
    draw.ellipse((150, 140, 330, 390), fill=SKIN)
    draw.pieslice((140, 105, 340, 345), 180, 360, fill=hair)
    for x in (200, 280):
        draw.ellipse((x - 9, 258, x + 9, 276), fill="#22303c")
        draw.line((x - 20, 240, x + 20, 238), fill=hair, width=6)
    draw.line((240, 275, 236, 308), fill="#c79f7c", width=5)
    draw.arc((210, 310, 270, 350), 20, 160, fill="#9a5b4f", width=5)
    draw.ellipse((318, 500, 350, 532), fill=BADGE)
    target = BytesIO()
    picture.save(target, "JPEG", quality=90)
    return target.getvalue()
