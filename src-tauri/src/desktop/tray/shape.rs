//! The shapes of the tray, as those of the pages (UX.md, "Colour"): a filled dot for well, a triangle
//! for unwell, a ring where nothing is known.

use super::Watched;

/// In pixels; trays of screens with small ones take the larger.
pub(super) const SIZES: [i32; 2] = [22, 44];

/// So many points of a pixel are looked at in each direction.
const POINTS: i32 = 4;

/// Red, green and blue, on light and on dark.
const GREEN: [u8; 3] = [0x3f, 0xa3, 0x6b];
const AMBER: [u8; 3] = [0xd9, 0x8e, 0x1c];
const GREY: [u8; 3] = [0x8a, 0x8f, 0x94];

/// The picture: for each pixel alpha, red, green and blue.
pub(super) fn drawn(watched: Watched, size: i32) -> Vec<u8> {
    let colour = match watched {
        Watched::Nothing => GREY,
        Watched::Well => GREEN,
        Watched::Unwell(_) => AMBER,
    };
    let pixels = (0..size).flat_map(|y| (0..size).map(move |x| (x, y)));
    pixels
        .flat_map(|(x, y)| {
            let [red, green, blue] = colour;
            [covered(watched, size, x, y), red, green, blue]
        })
        .collect()
}

/// How much of a pixel the shape covers, up to 255.
fn covered(watched: Watched, size: i32, x: i32, y: i32) -> u8 {
    let at = |pixel: i32, point: i32| {
        let place = f64::from(pixel) + (f64::from(point) + 0.5) / f64::from(POINTS);
        // From -1 to 1 over the picture.
        place / f64::from(size) * 2.0 - 1.0
    };
    let points = (0..POINTS).flat_map(|down| (0..POINTS).map(move |right| (right, down)));
    let inside = points
        .filter(|(right, down)| is_inside(watched, at(x, *right), at(y, *down)))
        .count();
    let all = usize::try_from(POINTS * POINTS).unwrap_or(1);
    u8::try_from(inside * 255 / all).unwrap_or(u8::MAX)
}

fn is_inside(watched: Watched, x: f64, y: f64) -> bool {
    let distance = x.hypot(y);
    match watched {
        Watched::Nothing => (0.5..0.75).contains(&distance),
        Watched::Well => distance < 0.7,
        // Its point is above, half as wide as it is deep there.
        Watched::Unwell(_) => (-0.8..0.7).contains(&y) && x.abs() < (y + 0.8) * 0.6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_has_a_shape_of_its_own_without_its_colour() {
        let alpha = |watched| -> Vec<u8> {
            let all = drawn(watched, 22);
            assert_eq!(all.len(), 22 * 22 * 4);
            all.chunks(4).map(|pixel| pixel[0]).collect()
        };
        let (nothing, well) = (alpha(Watched::Nothing), alpha(Watched::Well));
        let unwell = alpha(Watched::Unwell(1));
        let middle = 11 * 22 + 11;
        assert_eq!(
            [nothing[middle], well[middle], unwell[middle]],
            [0, 255, 255]
        );
        // Below on the left there is the triangle alone.
        let corner = 17 * 22 + 4;
        assert_eq!([well[corner], unwell[corner]], [0, 255]);
        for shape in [nothing, well, unwell] {
            assert_eq!(shape[0], 0, "it stands free");
        }
    }
}
