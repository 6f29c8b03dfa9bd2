//! The page of a workload.

use super::settings::Settings;

/// The page. Its colour comes from the version, so that another version can be seen from afar;
/// from version 1.1 on it also says how many requests were answered.
pub(super) fn html(settings: &Settings, requests: u64) -> String {
    let hue = hue(&settings.version);
    let news = if settings.is_at_least(1, 1) {
        format!("<p>Request {requests} since it started.</p>")
    } else {
        String::new()
    };
    let [application, environment, version, instance] = [
        &settings.application,
        &settings.environment,
        &settings.version,
        &settings.instance,
    ]
    .map(|text| escaped(text));
    format!(
        r#"<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{application} {version}</title>
<style>
body {{ margin: 0; min-height: 100vh; display: grid; place-content: center; font: 16px/24px system-ui, sans-serif; }}
main {{ border-top: 4px solid hsl({hue} 60% 45%); padding: 24px 8px; }}
h1 {{ margin: 0; font-size: 32px; line-height: 40px; }}
p {{ margin: 4px 0 0; opacity: .75; }}
</style></head>
<body><main><h1>{application}</h1><p>Version {version} in {environment}, served by {instance}.</p>{news}</main></body></html>
"#
    )
}

/// The colour of a version. The golden angle puts neighbours far apart.
fn hue(version: &str) -> u32 {
    let number = version.bytes().fold(7u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    number % 360 * 137 % 360
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_version_has_another_colour() {
        for (one, next) in [("1.0", "1.1"), ("1.4.0", "1.4.1"), ("5.11.0", "5.12.0")] {
            let apart = hue(one).abs_diff(hue(next));
            assert!(apart.min(360 - apart) >= 40, "{one} and {next}: {apart}");
        }
    }
}
