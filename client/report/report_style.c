#include "client/report/report_html.h"

/*
 * Thai is broken into words by the browser's dictionary, which lang="th" of the
 * page switches on; overflow-wrap is for what no dictionary knows, such as a
 * hash. What must be told apart is so by shape and lightness too: most printers
 * of offices are black and white.
 */
static const char page[] =
    ":root{color-scheme:light}"
    "*{box-sizing:border-box}"
    "html{-webkit-text-size-adjust:100%}"
    "body{margin:0 auto;max-width:54rem;padding:1.5rem 1.25rem 4rem;"
    "background:#fff;color:#111;line-height:1.55;font-size:16px;"
    "font-family:Sarabun,'TH Sarabun New','TH SarabunPSK','Noto Sans Thai',"
    "'Leelawadee UI',Thonburi,Tahoma,Loma,Garuda,sans-serif;"
    "overflow-wrap:anywhere;word-break:normal;line-break:auto}"
    "h1,h2,h3,h4{line-height:1.35;break-after:avoid;text-wrap:balance}"
    "h1{font-size:2rem;margin:.2em 0}"
    "h2{font-size:1.4rem;margin:2.2rem 0 .8rem;padding-bottom:.25rem;"
    "border-bottom:2px solid #1f3a5f;color:#1f3a5f}"
    "h3{font-size:1.1rem;margin:1.8rem 0 .5rem}"
    "h3+.line{break-after:avoid}"
    "h4{font-size:1rem;margin:1rem 0 .25rem}"
    "p{margin:.4rem 0;orphans:3;widows:3}"
    "a{color:inherit}"
    ".kind{font-size:1.05rem;color:#444;margin:0}"
    ".year{font-size:1.3rem;margin:.1rem 0 1rem}"
    ".title{border-bottom:3px double #1f3a5f;padding-bottom:1rem}"
    ".note{color:#444;font-size:.92rem}"
    ".none{color:#555;font-style:italic}"
    "dl.facts{display:grid;grid-template-columns:max-content 1fr;"
    "gap:.15rem 1rem;margin:.8rem 0}"
    "dl.facts dt{color:#444}dl.facts dd{margin:0;font-weight:600}"
    "nav ol{columns:2;column-gap:2.5rem;margin:.5rem 0;padding-left:1.6rem}"
    "nav li{padding-left:.2rem}"
    ".said{white-space:pre-wrap;margin:.15rem 0 .7rem;padding-left:.8rem;"
    "border-left:3px solid #b9c4d0;unicode-bidi:isolate}"
    ".id{display:inline-block;min-width:2.3em;color:#1f3a5f}"
    ".sums{display:flex;flex-wrap:wrap;gap:.8rem;margin:1rem 0}"
    ".sum{border:1px solid #8796a8;border-radius:.3rem;padding:.5rem 1rem;"
    "min-width:9rem;break-inside:avoid}"
    ".sum b{display:block;font-size:1.7rem;line-height:1.2}"
    ".line{margin:.1rem 0;color:#222}.line b{font-weight:600}"
    /* tables */
    /* a border is half outside its table */
    "table{border-collapse:collapse;width:calc(100% - 1px);margin:.6rem 0 "
    "1.2rem;"
    "font-size:.9rem;line-height:1.4}"
    "caption{text-align:left;font-weight:600;padding:.3rem 0}"
    "th,td{border:1px solid #9aa7b5;padding:.28rem .4rem;"
    "vertical-align:top;text-align:left;unicode-bidi:isolate}"
    "th{background:#e6ebf1;font-weight:600;vertical-align:bottom}"
    "td.w{white-space:nowrap}td.n{text-align:right;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}th.n{text-align:right}"
    "td.t{white-space:pre-wrap}th,td{overflow-wrap:break-word}"
    "td.h{font-family:monospace;font-size:.72rem;overflow-wrap:anywhere}"
    "tr.sum td{font-weight:700;border-top:2px solid #1f3a5f}";

static const char points[] =
    "table.points th,table.points td{border-width:0 0 1px;border-color:#ccd3db}"
    "table.points th{background:none;font-size:.8rem;white-space:nowrap}"
    "table.points td.b,table.points "
    "th.b{width:6em;text-align:center;white-space:nowrap}"
    "table.points td.p{width:5.5em;white-space:nowrap}"
    ".box{display:inline-block;width:1em;height:1em;border:1.5px solid #111;"
    "position:relative;vertical-align:-.12em}"
    ".box.on{background:#111}"
    ".box.on::after{content:'';position:absolute;left:.27em;top:.05em;"
    "width:.28em;height:.56em;border:solid #fff;border-width:0 2px 2px 0;"
    "transform:rotate(45deg)}"
    /* people */
    ".by{color:#444;font-size:.88rem}"
    ".talk{margin:.4rem 0;padding:.3rem .6rem;border:1px solid #c3ccd6;"
    "break-inside:avoid-page}"
    ".talk .said{border:0;padding:0;margin:.1rem 0}"
    ".badge{display:inline-block;border:1.5px solid #111;border-radius:.25rem;"
    "padding:0 .4rem;font-size:.85rem;font-weight:600;margin-left:.4rem}"
    "pre{white-space:pre-wrap;font-size:.78rem;margin-right:1px;border:1px "
    "solid #c3ccd6;"
    "padding:.6rem;background:#f5f7f9}"
    ".proof{display:flex;gap:1.2rem;align-items:flex-start;"
    "break-inside:avoid}"
    ".proof>div{flex:1}"
    "p.check{font-weight:600;margin-top:1rem;break-after:avoid}"
    "section.anchor{break-inside:avoid;margin:1.5rem 0}"
    "section.anchor svg.qr{width:12cm;margin:0 auto .5rem}"
    "code{font-family:monospace;font-size:.88em}";

static const char pictures[] =
    "svg{display:block;max-width:100%;height:auto;break-inside:avoid}"
    "svg text{font-size:13px;fill:#111}"
    "svg.radar{width:32rem;margin:.5rem auto}"
    "svg.bars{width:100%;margin:.5rem 0}"
    "svg.qr{width:9.5rem;flex:none}"
    "svg .tick{font-size:10px;fill:#333;stroke:#fff;stroke-width:3px;"
    "paint-order:stroke}svg .axis{font-weight:600}"
    "svg .value{font-size:12px}"
    "svg .ring{fill:none;stroke:#a9b4c0;stroke-width:.8}"
    "svg .so{fill:#1f3a5f;fill-opacity:.13;stroke:#1f3a5f;stroke-width:2.6}"
    "svg .sc{fill:none;stroke:#b3541e;stroke-width:2.2;"
    "stroke-dasharray:7 4}"
    "svg .mo{fill:#1f3a5f}svg .mc{fill:#fff;stroke:#b3541e;stroke-width:2}"
    "svg .bo{fill:#1f3a5f}svg .bc{fill:url(#hatch);stroke:#b3541e;"
    "stroke-width:1}"
    "svg .hatch{stroke:#b3541e;stroke-width:1.4;fill:none}"
    "svg .target{stroke:#111;stroke-width:3}"
    "svg .halo{stroke:#fff;stroke-width:6}"
    "svg .qw{fill:#fff}svg .qb{fill:#000}"
    /* heat map: darker is more */
    "table.heat td.c{text-align:center;font-variant-numeric:tabular-nums;"
    "white-space:nowrap}"
    "table.heat td.c small{display:block;font-size:.78em;line-height:1.2}"
    ".h0{background:#fff}.h1{background:#f1f6fb}.h2{background:#e1ecf6}"
    ".h3{background:#cddff0}.h4{background:#b3cee6}.h5{background:#93b9da}"
    ".h6{background:#6f9fca}.h7{background:#3d74a8;color:#fff}"
    ".h8{background:#235788;color:#fff}.h9{background:#0f3a63;color:#fff}"
    "p.scale span{display:inline-block;padding:0 .5rem;"
    "border:1px solid #9aa7b5;font-size:.8rem;margin-right:-1px}"
    /* paper */
    "@page{size:A4;margin:16mm 14mm 18mm 18mm;"
    "@bottom-right{content:counter(page) ' / ' counter(pages);"
    "font-size:9pt;color:#444}}"
    /* wide tables lie on their side */
    "@page wide{size:A4 landscape}"
    "@media print{.wide{page:wide}"
    "body{max-width:none;padding:0;font-size:11pt;line-height:1.45}"
    "table{font-size:9pt}thead{display:table-header-group}"
    "tr{break-inside:avoid}h2{margin-top:0}section{margin-top:1.2rem}"
    ".page{break-before:page}nav{break-after:auto}"
    ".note{break-after:avoid}"
    "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}"
    "a{text-decoration:none}}";

void
report_style(struct buf *b)
{
	buf_puts(b, page);
	for (int share = 5; share <= 60; share++)
		buf_printf(b, "col.p%d{width:%d%%}", share, share);
	buf_puts(b, points);
	buf_puts(b, pictures);
}
