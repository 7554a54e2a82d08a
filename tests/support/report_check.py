"""Reads the files of 'pmqa report' as other programs do.

    report_check.py html FILE      well formed, nothing from outside, no script
    report_check.py pages FILE     the words of the page, one a line
    report_check.py csv FILE R C   the cell of that row and column
    report_check.py sheets FILE    the names of the sheets
    report_check.py cell FILE SHEET CELL   its type and value: "n 300.0"
    report_check.py format FILE SHEET CELL   its number format
"""
import csv
import re
import sys
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree

VOID = {"meta", "col", "br", "img", "link", "input", "hr"}
SVG_EMPTY = {"line", "rect", "circle", "polygon", "path"}
ALLOWED = VOID | SVG_EMPTY | set(
    "html head title style body header nav section article h1 h2 h3 h4 p dl dt"
    " dd ol li a div span b code pre small svg text defs pattern table thead"
    " tbody tr th td colgroup".split())


class Page(HTMLParser):
    """Tags that open and close in order, and no other than are known."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.words = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ALLOWED:
            self.faults.append(f"tag <{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name in ("src", "style", "action"):
                self.faults.append(f"attribute {name} of <{tag}>")
            if name == "href" and not value.startswith("#"):
                self.faults.append(f"link to {value}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> in {self.open[-3:]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] != "style" and data.strip():
            self.words.append(" ".join(data.split()))


def page(path):
    parser = Page()
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if not text.startswith("<!DOCTYPE html>\n"):
        parser.faults.append("no document type")
    if "Content-Security-Policy" not in text:
        parser.faults.append("no policy")
    parser.feed(text)
    parser.close()
    if parser.open:
        parser.faults.append(f"not closed: {parser.open}")
    return parser


NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


class Book:
    """A workbook by its parts alone."""

    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)
        assert self.zip.testzip() is None
        book = self.part("xl/workbook.xml")
        self.names = [s.get("name") for s in book.iterfind("m:sheets/m:sheet", NS)]
        self.strings = []
        if "xl/sharedStrings.xml" in self.zip.namelist():
            for si in self.part("xl/sharedStrings.xml").iterfind("m:si", NS):
                self.strings.append("".join(
                    t.text or "" for t in si.iterfind(".//m:t", NS)))

    def part(self, name):
        return ElementTree.fromstring(self.zip.read(name))

    def sheet(self, name):
        n = self.names.index(name) + 1
        return self.part(f"xl/worksheets/sheet{n}.xml")

    def cell(self, sheet, ref):
        for c in self.sheet(sheet).iterfind(".//m:c", NS):
            if c.get("r") == ref:
                return c
        return None

    def value(self, sheet, ref):
        c = self.cell(sheet, ref)
        if c is None:
            return "empty"
        if c.find("m:f", NS) is not None:
            return "formula " + c.find("m:f", NS).text
        v = c.find("m:v", NS)
        if v is None:
            return "empty"
        if c.get("t") == "s":
            return "s " + self.strings[int(v.text)]
        return f"n {float(v.text)}"

    def format(self, sheet, ref):
        styles = self.part("xl/styles.xml")
        xf = styles.findall("m:cellXfs/m:xf", NS)[int(self.cell(sheet, ref).get("s"))]
        number = xf.get("numFmtId")
        for f in styles.iterfind("m:numFmts/m:numFmt", NS):
            if f.get("numFmtId") == number:
                return f.get("formatCode")
        return number


def main(what, path, *more):
    if what == "html":
        faults = page(path).faults
        print("\n".join(faults) or "ok")
    elif what == "pages":
        print("\n".join(page(path).words))
    elif what == "csv":
        with open(path, "rb") as f:
            raw = f.read()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert not re.search(rb"[^\r]\n(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", raw[-300:])
        rows = list(csv.reader(raw.decode("utf-8-sig").splitlines(keepends=True)))
        assert len({len(r) for r in rows}) == 1, "rows of different lengths"
        print(rows[int(more[0])][rows[0].index(more[1])])
    elif what == "sheets":
        print("\n".join(Book(path).names))
    elif what == "cell":
        print(Book(path).value(*more))
    elif what == "format":
        print(Book(path).format(*more))


main(*sys.argv[1:])
