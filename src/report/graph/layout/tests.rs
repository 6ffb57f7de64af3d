use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn graphs() -> impl Strategy<Value = (Vec<Size>, Vec<(usize, usize)>)> {
    (1_usize..60).prop_flat_map(|count| {
        let sizes = prop::collection::vec((20.0..240.0, 20.0..60.0), count);
        let edges = prop::collection::btree_set((0..count, 0..count), 0..3 * count);
        (sizes, edges).prop_map(|(sizes, edges)| {
            let sizes = sizes.into_iter().map(|(width, height)| Size { width, height }).collect();
            (sizes, edges.into_iter().filter(|(before, after)| before < after).collect())
        })
    })
}

/// Whether the point is inside a box, its border left out.
fn inside(point: Point, corner: Point, size: Size) -> bool {
    point.x > corner.x + 0.01
        && point.x < corner.x + size.width - 0.01
        && point.y > corner.y + 0.01
        && point.y < corner.y + size.height - 0.01
}

proptest! {
    #[test]
    fn boxes_are_apart_lines_go_down_and_around_them((sizes, edges) in graphs()) {
        let drawn = layout(&sizes, &edges, 40.0);
        prop_assert_eq!(&drawn, &layout(&sizes, &edges, 40.0));
        for (a, at) in drawn.boxes.iter().enumerate() {
            prop_assert!(at.x >= -0.01 && at.x + sizes[a].width <= drawn.width + 0.01);
            prop_assert!(at.y >= -0.01 && at.y + sizes[a].height <= drawn.height + 0.01);
            for (b, other) in drawn.boxes.iter().enumerate().skip(a + 1) {
                let beside = at.x + sizes[a].width + 1.0 <= other.x || other.x + sizes[b].width + 1.0 <= at.x;
                let over = at.y + sizes[a].height + 1.0 <= other.y || other.y + sizes[b].height + 1.0 <= at.y;
                prop_assert!(beside || over, "{a} and {b} overlap");
            }
        }
        for (before, after) in &edges {
            prop_assert!(drawn.boxes[*before].y + sizes[*before].height < drawn.boxes[*after].y);
        }
        let drawn_edges: BTreeSet<usize> = drawn.pieces.iter().filter_map(|it| it.edge).collect();
        prop_assert_eq!(drawn_edges.len(), edges.len());
        for piece in &drawn.pieces {
            prop_assert!(piece.start.y <= piece.bend && piece.bend < piece.end.y && piece.end.y <= piece.stop);
            // Straight down from the start to the bend and from the end to the stop; in between there are no boxes.
            for step in 0..=10 {
                let share = f64::from(step) / 10.0;
                let down = |x: f64, from: f64, to: f64| Point { x, y: from + (to - from) * share };
                let first = down(piece.start.x, piece.start.y, piece.bend);
                let last = down(piece.end.x, piece.end.y, piece.stop);
                let bent = Point {
                    x: piece.start.x + (piece.end.x - piece.start.x) * share,
                    y: piece.bend + (piece.end.y - piece.bend) * share,
                };
                for (node, corner) in drawn.boxes.iter().enumerate() {
                    for point in [first, bent, last] {
                        prop_assert!(!inside(point, *corner, sizes[node]), "{piece:?} crosses {node}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_everyone_follows_has_one_trunk() {
    let sizes = vec![Size { width: 100.0, height: 30.0 }; 5];
    let drawn = layout(&sizes, &[(0, 1), (1, 2), (2, 3), (3, 4), (0, 4), (0, 3), (0, 2)], 40.0);
    let trunks = drawn.pieces.iter().filter(|it| it.edge.is_none()).count();
    assert_eq!(trunks, 3, "one lane through each of the three rows between");
    assert_eq!(drawn.boxes.iter().map(|it| it.y).collect::<Vec<_>>(), [0.0, 70.0, 140.0, 210.0, 280.0]);
}
