use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::layout::{Layout, Piece, Point, Size, layout};
use super::picture::{Node, NodeKind, Picture};
use super::rows::{End, float};
use crate::graph::ReasonKind;

/// Around the drawing.
const MARGIN: f64 = 24.0;
/// Height of a box: two lines of text.
const BOX: f64 = 38.0;
/// Room above the drawing for its heading, and below for its legend.
const STRIP: f64 = 34.0;
/// Width of a character of the fixed-width fonts asked for, at 12 px; none of them is wider.
const CHARACTER: f64 = 7.25;
/// The same for the labels of lines, at 9 px.
const SMALL: f64 = 5.45;
/// Characters of a name; the whole is in the tooltip.
const LONGEST: usize = 26;
/// With more lines than this, labels would be all one sees.
const MOST_LABELS: usize = 60;
/// Colours for the lines of boxes that much hangs on, so that each can be followed by eye.
const COLOURS: usize = 6;

const STYLE: &str = "\
.page{fill:#fff}
text{font:600 12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#0f172a}
.d{font-weight:400;font-size:10px;fill:#64748b}.h{font-weight:400;font-size:12px;fill:#475569}
.l{font-weight:400;font-size:9px;fill:#475569;stroke:#fff;stroke-width:3px;paint-order:stroke}
rect.b{fill:#f1f5f9;stroke:#94a3b8}.opaque rect.b{fill:#fef3c7;stroke:#d97706}
.object rect.b{fill:#d1fae5;stroke:#10b981}.missing rect.b{fill:#fee2e2;stroke:#dc2626;stroke-dasharray:4 3}
.pending rect.b{stroke:#2563eb;stroke-width:2.5}
path{fill:none;stroke:#94a3b8;stroke-width:1.2}path.a{stroke:none;fill:#94a3b8}
.c0{stroke:#3b82f6}.c1{stroke:#059669}.c2{stroke:#8b5cf6}.c3{stroke:#db2777}.c4{stroke:#0891b2}.c5{stroke:#84841a}
.a.c0{fill:#3b82f6}.a.c1{fill:#059669}.a.c2{fill:#8b5cf6}.a.c3{fill:#db2777}.a.c4{fill:#0891b2}.a.c5{fill:#84841a}
.conflict{stroke-dasharray:7 3}.rows{stroke-dasharray:2 2.5}.declared{stroke-width:2.4}
.opaque-line{stroke-dasharray:9 3 2 3;stroke:#d97706}
@media (prefers-color-scheme:dark){.page{fill:#0f172a}text{fill:#f1f5f9}.d{fill:#94a3b8}.h{fill:#cbd5e1}
.l{fill:#cbd5e1;stroke:#0f172a}rect.b{fill:#1e293b;stroke:#64748b}.opaque rect.b{fill:#451a03;stroke:#f59e0b}
.object rect.b{fill:#064e3b;stroke:#34d399}.missing rect.b{fill:#450a0a;stroke:#f87171}
.pending rect.b{stroke:#60a5fa}path{stroke:#64748b}path.a{fill:#64748b}}";

/// A drawing of the picture that needs nothing but a browser.
pub(super) fn drawing(picture: &Picture) -> String {
    let sizes: Vec<Size> = picture.nodes.iter().map(size).collect();
    let edges: Vec<(usize, usize)> = picture.edges.iter().map(|it| (it.before, it.after)).collect();
    let labelled = edges.len() <= MOST_LABELS;
    let drawn = layout(&sizes, &edges, if labelled { 62.0 } else { 36.0 });
    let legend = legend(picture);
    let width = (drawn.width.max(longest(&legend)) + 2.0 * MARGIN).ceil();
    let below = drawn.height + STRIP + MARGIN;
    let height = (below + STRIP).ceil();
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"t d\">\n<title id=\"t\">migrations</title>\n\
         <desc id=\"d\">{}</desc>\n<style>{STYLE}</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n",
        escaped(&picture.description)
    );
    // Writing to a string can't fail.
    let _ = writeln!(out, "<g transform=\"translate({MARGIN} {MARGIN})\">");
    let colours = colours(picture);
    for piece in &drawn.pieces {
        line(&mut out, picture, piece, colours.get(&piece.owner).copied());
    }
    if let Some(top) = drawn.loose.filter(|it| *it > 0.0) {
        let _ = writeln!(out, "<text class=\"h\" x=\"0\" y=\"{:.1}\">{}</text>", top - 12.0, picture.loose);
    }
    for ((node, corner), size) in picture.nodes.iter().zip(&drawn.boxes).zip(&sizes) {
        draw(&mut out, node, *corner, *size);
    }
    if labelled {
        labels(&mut out, picture, &drawn);
    }
    let _ = writeln!(out, "<text class=\"h\" x=\"0\" y=\"{:.1}\">{}</text>", drawn.height + STRIP, escaped(&legend));
    out.push_str("</g>\n</svg>");
    out
}

fn longest(legend: &str) -> f64 {
    float(legend.chars().count()) * CHARACTER
}

fn size(node: &Node) -> Size {
    let columns = columns(&cut(&node.name)).max(columns(&cut(&node.detail)) * 5 / 6 + 1);
    Size { width: float(columns) * CHARACTER + 18.0, height: BOX }
}

/// Columns of a fixed-width font; what is beyond Latin, Greek and Cyrillic is taken for wide.
fn columns(text: &str) -> usize {
    text.chars().map(|it| if u32::from(it) < 0x1100 || it == '…' { 1 } else { 2 }).sum()
}

fn cut(text: &str) -> String {
    if columns(text) <= LONGEST {
        return text.to_owned();
    }
    let mut room = LONGEST - 1;
    let kept = text.chars().take_while(|it| {
        let wide = columns(it.encode_utf8(&mut [0; 4]));
        let fits = wide <= room;
        room = room.saturating_sub(wide);
        fits
    });
    format!("{}…", kept.collect::<String>())
}

/// A colour for the lines that leave a box and for those that enter it, where there are more than two of them; those of
/// boxes near each other differ.
fn colours(picture: &Picture) -> BTreeMap<(usize, End), usize> {
    let mut counts: BTreeMap<(usize, End), usize> = BTreeMap::new();
    for edge in &picture.edges {
        *counts.entry((edge.before, End::Upper)).or_default() += 1;
        *counts.entry((edge.after, End::Lower)).or_default() += 1;
    }
    let many = counts.into_iter().filter(|(_, count)| *count > 2);
    many.enumerate().map(|(at, (end, _))| (end, at % COLOURS)).collect()
}

fn line(out: &mut String, picture: &Picture, piece: &Piece, colour: Option<usize>) {
    let Piece { start, bend, end, stop, .. } = *piece;
    let middle = f64::midpoint(bend, end.y);
    let colour = colour.map(|it| format!("c{it}")).unwrap_or_default();
    let edge = piece.edge.and_then(|it| picture.edges.get(it));
    let kind = edge.map_or("", |it| match it.kind {
        ReasonKind::Requires => "",
        ReasonKind::Conflict => " conflict",
        ReasonKind::Rows => " rows",
        ReasonKind::Declared => " declared",
        ReasonKind::Opaque => " opaque-line",
    });
    let mut path = format!("M{:.1} {:.1}", start.x, start.y);
    if bend > start.y {
        let _ = write!(path, "V{bend:.1}");
    }
    let _ = write!(path, "C{:.1} {middle:.1} {:.1} {middle:.1} {:.1} {:.1}", start.x, end.x, end.x, end.y);
    if stop > end.y {
        let _ = write!(path, "V{stop:.1}");
    }
    let title = edge.map(|it| format!("<title>{}</title>", escaped(&it.tooltip))).unwrap_or_default();
    let _ = writeln!(out, "<path class=\"{}\" d=\"{path}\">{title}</path>", format!("{colour}{kind}").trim());
    if piece.ends {
        let _ = writeln!(out, "<path class=\"a {colour}\" d=\"M{:.1} {:.1}l-3.2-7h6.4z\"/>", end.x, end.y);
    }
}

fn draw(out: &mut String, node: &Node, corner: Point, size: Size) {
    let mut classes = vec![match node.kind {
        NodeKind::Migration => "migration",
        NodeKind::Repeatable => "repeatable",
        NodeKind::Object => "object",
        NodeKind::Missing => "missing",
    }];
    classes.extend([(node.opaque, "opaque"), (node.pending, "pending")].iter().filter(|it| it.0).map(|it| it.1));
    let radius = match node.kind {
        NodeKind::Migration | NodeKind::Missing => 4.0,
        NodeKind::Repeatable | NodeKind::Object => BOX / 2.0,
    };
    let middle = size.width / 2.0;
    let _ = writeln!(
        out,
        "<g class=\"{}\" transform=\"translate({:.1} {:.1})\"><title>{}</title>\
         <rect class=\"b\" width=\"{:.1}\" height=\"{BOX}\" rx=\"{radius}\"/>\
         <text x=\"{middle:.1}\" y=\"16\" text-anchor=\"middle\">{}</text>\
         <text class=\"d\" x=\"{middle:.1}\" y=\"30\" text-anchor=\"middle\">{}</text></g>",
        classes.join(" "),
        corner.x,
        corner.y,
        escaped(&node.tooltip),
        size.width,
        escaped(&cut(&node.name)),
        escaped(&cut(&node.detail)),
    );
}

/// Writes each line's label beside its end where neither another label nor another line is in the way.
fn labels(out: &mut String, picture: &Picture, drawn: &Layout) {
    let mut taken: Vec<(Point, f64)> = Vec::new();
    for piece in &drawn.pieces {
        let edge = piece.edge.filter(|_| piece.ends).and_then(|it| picture.edges.get(it));
        let Some(edge) = edge.filter(|it| !it.label.is_empty()) else { continue };
        let text = cut(&edge.label);
        let width = float(columns(&text)) * SMALL;
        let places = [14.0, 25.0, 36.0].into_iter().flat_map(|up| {
            let y = piece.end.y - up;
            // Beside the curve over the whole height of the text.
            let (top, bottom) = (at_height(piece, y - 9.0), at_height(piece, y + 3.0));
            [Point { x: top.max(bottom) + 4.0, y }, Point { x: top.min(bottom) - width - 4.0, y }]
        });
        let free = |at: &Point| {
            let beside = |other: &&(Point, f64)| {
                (other.0.y - at.y).abs() >= 11.0 || other.0.x + other.1 + 4.0 < at.x || at.x + width + 4.0 < other.0.x
            };
            let crossed = |other: &Piece| {
                other != piece
                    && (0..=4).any(|step| {
                        let y = at.y - 8.0 + f64::from(step) * 2.5;
                        let within = y > other.bend && y < other.end.y;
                        within && (at.x - 2.0..at.x + width + 2.0).contains(&at_height(other, y))
                    })
            };
            at.x >= 0.0
                && at.x + width <= drawn.width
                && at.y - 9.0 > piece.bend
                && taken.iter().all(|it| beside(&it))
                && !drawn.pieces.iter().any(crossed)
        };
        let Some(at) = places.into_iter().find(free) else { continue };
        let _ = writeln!(out, "<text class=\"l\" x=\"{:.1}\" y=\"{:.1}\">{}</text>", at.x, at.y, escaped(&text));
        taken.push((at, width));
    }
}

/// Where a piece is at this height, between its bend and its end: on the Bézier curve that [`line`] draws.
fn at_height(piece: &Piece, y: f64) -> f64 {
    let share = ((y - piece.bend) / (piece.end.y - piece.bend)).clamp(0.0, 1.0);
    // Its y is s·(1.5 − 1.5·s + s²) of the way, its x is s²·(3 − 2·s) of the way; three steps of Newton's method find s.
    let mut s = share;
    for _ in 0..3 {
        let error = s * (1.5 - 1.5 * s + s * s) - share;
        s -= error / (1.5 - 3.0 * s + 3.0 * s * s);
    }
    piece.start.x + (piece.end.x - piece.start.x) * s * s * (3.0 - 2.0 * s)
}

fn legend(picture: &Picture) -> String {
    let has = |kind: ReasonKind| picture.edges.iter().any(|it| it.kind == kind);
    let objects = picture.nodes.iter().any(|it| it.kind == NodeKind::Object);
    let words = [
        (has(ReasonKind::Requires) && !objects, "solid: needs it"),
        (has(ReasonKind::Requires) && objects, "solid: creates or needs"),
        (has(ReasonKind::Conflict), "dashed: changes the same"),
        (has(ReasonKind::Rows), "dotted: the same rows"),
        (has(ReasonKind::Declared), "thick: declared"),
        (has(ReasonKind::Opaque), "dash-dot: can't be analysed"),
        (picture.nodes.iter().any(|it| it.pending), "blue: pending"),
        (picture.nodes.iter().any(|it| it.opaque), "amber: opaque"),
        (picture.nodes.iter().any(|it| it.kind == NodeKind::Missing), "red: missing"),
        (picture.nodes.iter().any(|it| it.kind == NodeKind::Repeatable), "round: repeatable"),
        (objects, "green: object"),
    ];
    let words: Vec<&str> = words.into_iter().filter(|it| it.0).map(|it| it.1).collect();
    words.join(" · ")
}

/// Text for an element or attribute; what XML 1.0 can't hold becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(character),
            _ if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            _ => out.push(character),
        }
    }
    out
}
