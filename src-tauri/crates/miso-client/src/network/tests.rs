//! Proxies and authorities as people set them.

use super::*;

fn through(url: &str, except: &str) -> Network {
    Network::new(NetworkSettings {
        proxy: ProxyChoice::Through {
            url: url.to_owned(),
            except: except.to_owned(),
        },
        ..NetworkSettings::default()
    })
}

#[test]
fn a_proxy_is_used_for_what_is_not_excepted_and_never_for_this_machine() {
    let network = through("http://proxy.corp:3128", "direct.corp, 10.0.0.0/8, .inside");
    for (url, proxied) in [
        ("https://miso.test/", true),
        ("https://direct.corp/", false),
        ("https://a.direct.corp:8443/x", false),
        ("https://notdirect.corp/", true),
        ("https://10.1.2.3/", false),
        ("https://11.1.2.3/", true),
        ("https://miso.inside/", false),
        ("http://127.0.0.1:4100/", false),
        ("http://localhost:4100/", false),
        ("http://app.localhost/", false),
        ("http://[::1]:4100/", false),
        ("http://127.9.9.9/", false),
    ] {
        let proxy = network.proxy_for(&Url::parse(url).unwrap()).unwrap();
        let named = proxy.map(|proxy| proxy.uri().to_string());
        let expected = proxied.then(|| "http://proxy.corp:3128/".to_owned());
        assert_eq!(named, expected, "{url}");
    }
}

#[tokio::test]
async fn a_proxy_that_cannot_be_used_is_refused_with_the_reason() {
    for (url, reason) in [
        ("", "address"),
        ("proxy.corp", "address"),
        ("proxy.corp:3128", "address"),
        ("ftp://proxy.corp", "scheme"),
        ("socks4://proxy.corp", "scheme"),
        ("http://aino:secret@proxy.corp", "credentials"),
        ("http://aino@proxy.corp", "credentials"),
    ] {
        let network = through(url, "");
        let failure = network.settings().check().unwrap_err();
        assert_eq!(failure.code, Code::ProxyInvalid, "{url}");
        assert_eq!(failure.params["reason"], reason, "{url}");
        assert!(!format!("{failure:?}").contains("secret"));
        let far = Url::parse("https://miso.test/").unwrap();
        assert_eq!(network.client_for(&far).await.unwrap_err(), failure);
        let near = Url::parse("http://localhost:1/").unwrap();
        assert!(network.client_for(&near).await.is_ok(), "{url}");
    }
    for url in [
        "http://p:1",
        "https://p",
        " socks5://p:1080 ",
        "socks5h://p",
    ] {
        assert_eq!(through(url, "").settings().check(), Ok(()), "{url}");
    }
}

#[test]
fn an_authority_that_cannot_be_read_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    };
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let torn = "-----BEGIN CERTIFICATE-----\nMIIB";
    for file in [
        folder.path().join("not there.pem"),
        folder.path().to_owned(),
        write("empty.pem", ""),
        write("text.pem", "what is this?"),
        write("broken.pem", broken),
        write("torn.pem", torn),
    ] {
        let settings = NetworkSettings {
            authorities: vec![file.clone()],
            ..NetworkSettings::default()
        };
        let failure = settings.check().unwrap_err();
        assert_eq!(failure.code, Code::AuthorityUnreadable, "{file:?}");
        assert_eq!(failure.params["file"], file.display().to_string());
        assert!(!failure.params["reason"].is_empty());
    }
}

#[test]
fn settings_hold_no_more_than_was_set() {
    let settings = NetworkSettings::default();
    let text = serde_json::json!({"proxy": {"kind": "system"}, "authorities": []});
    assert_eq!(serde_json::to_value(&settings).unwrap(), text);
    let read: NetworkSettings = serde_json::from_str("{}").unwrap();
    assert_eq!(read, settings);
    let text = r#"{"proxy": {"kind": "through", "url": "http://p:1"}}"#;
    let read: NetworkSettings = serde_json::from_str(text).unwrap();
    let ProxyChoice::Through { url, except } = read.proxy else {
        unreachable!("{read:?}");
    };
    assert_eq!((url.as_str(), except.as_str()), ("http://p:1", ""));
}
