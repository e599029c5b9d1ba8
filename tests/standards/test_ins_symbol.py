"""The datamatrix INS as a symbol: drawn by us, read by zxing-cpp; drawn by zxing-cpp, read by us."""

from __future__ import annotations

import contextlib
import io
import random
import zlib
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image, ImageFile

from banc_fixtures.population import population
from banc_standards import ins_symbol, printed
from banc_standards.cda.copies import pdfs
from banc_standards.cda.pdf import simple_pdf
from banc_standards.cda.read import read as read_cda
from banc_standards.errors import EnvironmentFailed
from banc_standards.ins import INS_NIR, INS_TEST, IdentityStatus, Ins, StrictTraits
from banc_standards.ins_datamatrix import CAPTION, HEADER, build
from banc_standards.ins_datamatrix_rules import RULES, Printed
from banc_standards.printed import PrintedRefused, read

QUAL = IdentityStatus.QUAL
INS = Ins.of("1010663220754", INS_TEST)
TRAITS = StrictTraits("D'ARTAGNAN DE L'HERAULT", "PIERRE-ALAIN MURIEL", "M", "2001-06-17", "63220")
PAYLOAD = build(INS, TRAITS, QUAL)
NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ' -", min_size=1, max_size=100).filter(lambda text: text == text.strip())


def read_by_others(png: bytes) -> list[bytes]:
    """What zxing-cpp reads in a picture, whatever our own reader does."""
    return [one.bytes for one in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))]


def test_the_symbol_is_square_and_between_its_finder_lines() -> None:
    symbol = ins_symbol.squares(PAYLOAD)
    assert {len(row) for row in symbol} == {len(symbol)}
    assert all(row[0] for row in symbol)
    assert all(symbol[-1])
    assert symbol[0] == tuple(column % 2 == 0 for column in range(len(symbol)))


@given(NAMES, NAMES, st.sampled_from((INS_TEST, INS_NIR)), st.sampled_from(("63220", "")))
@settings(max_examples=25, deadline=None)
def test_what_is_drawn_is_read_again(family: str, givens: str, oid: str, place: str) -> None:
    payload = build(Ins(INS.value, oid), StrictTraits(family, givens, "F", "1950-00-00", place), QUAL)
    drawn = ins_symbol.png(ins_symbol.squares(payload), square_px=4)
    assert read_by_others(drawn) == [payload.encode("ascii")]
    assert read(drawn).payloads == (payload,)


def test_the_longest_payload_has_its_symbol() -> None:
    longest = build(INS, StrictTraits("'" * 100, "-" * 100, "M", "2001-06-17", "2B020"), QUAL)
    assert read(ins_symbol.png(ins_symbol.squares(longest))).payloads == (longest,)
    with pytest.raises(ValueError, match="too long"):
        ins_symbol.squares("A" * 3000)


def test_the_symbol_of_another_writer_is_read() -> None:
    drawn = zxingcpp.create_barcode(PAYLOAD, zxingcpp.BarcodeFormat.DataMatrix).to_image(scale=4, add_quiet_zones=True)
    target = io.BytesIO()
    Image.fromarray(drawn).save(target, "PNG")
    assert read(target.getvalue()).payloads == (PAYLOAD,)


def test_the_svg_draws_the_same_squares() -> None:
    symbol = ins_symbol.squares(PAYLOAD)
    root = etree.fromstring(ins_symbol.svg(symbol, square_mm=0.5))
    assert root.get("width") == f"{(len(symbol) + 4) / 2:g}mm"
    runs = root.findall("{*}path")[1].get("d", "").count("M")
    assert runs == len(list(ins_symbol.bars(symbol)))
    assert sum(length for _, _, length in ins_symbol.bars(symbol)) == sum(map(sum, symbol))


@pytest.mark.parametrize("patient", [p for p in population().patients if p.ins][:4], ids=lambda p: p.id)
def test_a_pdf_carries_it_on_its_first_page_with_its_caption(patient) -> None:
    payload = build(patient.ins, patient.traits, QUAL)
    pdf = simple_pdf(["Lettre", *["mot " * 80] * 40], symbol=ins_symbol.squares(payload))
    sheet = read(pdf)
    assert sheet.payloads == (payload,)
    assert CAPTION in sheet.text
    assert read(simple_pdf(["Lettre"])).symbols == ()


def test_symbols_of_other_kinds_are_no_datamatrix_ins() -> None:
    other = ins_symbol.png(ins_symbol.squares("DC04FR000001"))
    assert (read(other).symbols, read(other).payloads) == (("DC04FR000001",), ())
    qr = zxingcpp.create_barcode(PAYLOAD, zxingcpp.BarcodeFormat.QRCode).to_image(scale=4)
    target = io.BytesIO()
    Image.fromarray(qr).save(target, "PNG")
    assert read(target.getvalue()).symbols == ()


def test_pictures_as_scanners_make_them() -> None:
    drawn = Image.open(io.BytesIO(ins_symbol.png(ins_symbol.squares(PAYLOAD), square_px=6))).convert("L")
    page = Image.new("L", (1200, 1600), 250)
    page.paste(drawn.rotate(90), (700, 120))
    for form, picture in (
        ("JPEG", page),
        ("TIFF", page.point(lambda grey: 255 if grey > 128 else 0).convert("1")),
        ("PNG", page.rotate(3, fillcolor=250)),
        ("PNG", page.convert("P")),
    ):
        target = io.BytesIO()
        picture.save(target, form)
        assert read(target.getvalue()).payloads == (PAYLOAD,), form
    glass = Image.new("RGBA", drawn.size, (0, 0, 0, 0))
    glass.paste((0, 0, 0, 255), mask=drawn.point(lambda grey: 255 - grey))
    target = io.BytesIO()
    glass.save(target, "PNG")
    assert read(target.getvalue()).payloads == (PAYLOAD,)


PDF = simple_pdf(["Lettre"], symbol=ins_symbol.squares(PAYLOAD))
PNG = ins_symbol.png(ins_symbol.squares(PAYLOAD))


def huge(width: int, height: int) -> bytes:
    """A PNG that announces that many points, and holds hardly any."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-",
        b"%PDF-1.4\n%%EOF",
        PDF[:900],
        PNG[:60],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        b"GIF89a",
        b"<svg/>",
        huge(100_000, 100_000),
        huge(9_000, 9_000),
        b"\xff\xd8\xff\xe0" + b"\0" * 300,
    ],
    ids=lambda data: f"{data[:12]!r}-{len(data)}",
)
def test_what_is_no_page_is_refused(data: bytes) -> None:
    with pytest.raises(PrintedRefused) as refused:
        read(data)
    assert refused.value.code == "INSDM-010"
    assert refused.value.text.fr


def test_a_picture_cut_short_is_refused_whatever_other_libraries_want(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(PrintedRefused):
        read(PNG[:70])
    assert ImageFile.LOAD_TRUNCATED_IMAGES


def test_too_many_octets_are_refused_before_anything_is_read() -> None:
    with pytest.raises(PrintedRefused, match="octets"):
        read(b"%PDF-" + bytes(printed.MOST_BYTES))


def test_a_page_of_any_size_is_drawn_within_bounds() -> None:
    poster = PDF.replace(b"595.2756 841.8898", b"9999999 99999999.")
    assert poster != PDF
    assert read(poster).symbols in ((), (PAYLOAD,))


def test_a_blank_page_has_no_symbol() -> None:
    target = io.BytesIO()
    Image.new("L", (800, 1100), 255).save(target, "PNG")
    assert read(target.getvalue()) == printed.Sheet(())


def test_a_page_scanned_at_600_dpi_is_read() -> None:
    drawn = Image.open(io.BytesIO(ins_symbol.png(ins_symbol.squares(PAYLOAD), square_px=12)))
    page = Image.new("1", (4960, 7016), 1)
    page.paste(drawn, (4200, 300))
    target = io.BytesIO()
    page.save(target, "TIFF", compression="group4")
    assert read(target.getvalue()).payloads == (PAYLOAD,)


def test_a_payload_says_what_it_is() -> None:
    assert printed.Sheet((HEADER, "DC04", "IS02")).payloads == (HEADER, "IS02")


def test_a_missing_library_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zxingcpp", None)
    with pytest.raises(EnvironmentFailed) as missing:
        read(ins_symbol.png(ins_symbol.squares(PAYLOAD), square_px=5))
    assert "pip install zxing-cpp" in missing.value.hint.fr


def pdf(content: bytes) -> bytes:
    """A PDF of one page whose content is compressed, as hostile files are."""
    packed = zlib.compress(content, 9)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>>>>"
    stream = b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed)
    objects = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream)
    written, places = b"%PDF-1.4\n", [b"0000000000 65535 f \n"]
    for number, content in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(written))
        written += b"%d 0 obj%bendobj\n" % (number, content)
    table = b"xref\n0 5\n%btrailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (b"".join(places), len(written))
    return written + table


def test_a_page_that_takes_too_long_to_draw_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = pdf(b"0 0 m 595 842 l S\n" * 3000)
    monkeypatch.setattr(printed, "LONGEST_S", -1.0)
    with pytest.raises(PrintedRefused, match="too long"):
        read(lines)


@pytest.mark.parametrize("times", [1, 2])
def test_a_page_that_inflates_without_end_is_left(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printed, "MOST_INFLATED", 2**22)
    bomb = bytes(2**23)
    for _ in range(times - 1):
        bomb = zlib.compress(bomb)
    with pytest.raises(PrintedRefused, match="inflated"):
        read(pdf(bomb))
    assert read(pdf(b"0 0 m 9 9 l S")) == printed.Sheet(())


def test_broken_files_are_refused_or_read_and_nothing_else() -> None:
    draw = random.Random(2026)
    for _ in range(30):
        data = bytearray(draw.choice((PDF, PNG)))
        for _ in range(draw.randint(1, 12)):
            place = draw.randrange(len(data))
            if draw.random() < 0.7:
                data[place] = draw.randrange(256)
            else:
                del data[place : place + draw.randint(1, 150)]
        with contextlib.suppress(PrintedRefused):
            read(bytes(data))


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("BIO-CR-BIO_2024.01_Electrophorese.xml", {"INSDM-002", "INSDM-005", "INSDM-006"}),
        ("BIO-CR-BIO_2024.01_DEP-CCU-tout-structur*.xml", {"INSDM-002", "INSDM-005", "INSDM-006"}),
        ("BIO-CR-BIO_2024.01_TSH_1.xml", None),
    ],
)
def test_the_symbols_that_published_documents_print_are_read(name: str, rules: set[str] | None) -> None:
    """Drawn by other people's software, which writes the letters GS, and once ``true`` for the matricule."""
    examples = Path(__file__).parents[3] / "shared" / "data" / "cda" / "examples"
    published = next(examples.glob(name), None)
    if published is None:
        pytest.skip("the published examples do not lie beside this repository")
    sheets = [read(content) for _, content in pdfs(read_cda(published.read_bytes()))]
    found = [payload for sheet in sheets for payload in sheet.payloads]
    assert len(found) == (0 if rules is None else 1)
    for payload in found:
        assert {rule.id for rule in RULES if list(rule.check(Printed(payload)))} == rules
