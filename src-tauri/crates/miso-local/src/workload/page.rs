//! The page of a workload.

use super::settings::Settings;

/// The page. Its colour comes from the version, so that another version can be seen from afar.
pub(super) fn html(settings: &Settings) -> String {
    let hue = settings
        .version
        .bytes()
        .fold(7u32, |hue, byte| hue * 31 % 3600 + u32::from(byte))
        % 360;
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
<body><main><h1>{application}</h1><p>Version {version} in {environment}, served by {instance}.</p></main></body></html>
"#
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
