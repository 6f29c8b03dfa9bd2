//! A sign-in, from the page to the last refresh.

use super::*;

#[tokio::test]
async fn a_person_signs_in_and_stays_signed_in() {
    let bench = Bench::new();
    let code = bench.code_for("mikko.saari").await;
    let tokens = bench.exchange(&code).await;
    assert_eq!(tokens.header("cache-control"), "no-store");
    let tokens = tokens.json();
    let me = bench
        .get(&text(&tokens, "access_token"), "/api/users/me")
        .await
        .json();
    assert_eq!(
        (me["username"].as_str(), &me["roles"]),
        (Some("mikko.saari"), &json!(["developer"]))
    );

    let second = bench.refresh(&text(&tokens, "refresh_token")).await.json();
    assert_ne!(second["refresh_token"], tokens["refresh_token"], "rotated");
    let third = bench.refresh(&text(&second, "refresh_token")).await;
    assert_eq!(third.status, 200);
    let third = third.json();

    // An old one comes again: somebody has a copy, so nobody keeps the session.
    let reused = bench.refresh(&text(&tokens, "refresh_token")).await;
    assert_eq!(
        (reused.status.as_u16(), reused.json()["error"].as_str()),
        (400, Some("invalid_grant"))
    );
    assert_eq!(
        bench.refresh(&text(&third, "refresh_token")).await.status,
        400
    );
    assert_eq!(
        bench
            .get(&text(&third, "access_token"), "/api/users/me")
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_what_came_of_it() {
    let bench = Bench::new();
    let code = bench.code_for("aino.laine").await;
    let tokens = bench.exchange(&code).await.json();
    assert_eq!(
        bench
            .get(&text(&tokens, "access_token"), "/api/users/me")
            .await
            .status,
        200
    );
    assert_eq!(bench.exchange(&code).await.json()["error"], "invalid_grant");
    assert_eq!(
        bench
            .get(&text(&tokens, "access_token"), "/api/users/me")
            .await
            .status,
        401
    );
    assert_eq!(
        bench.refresh(&text(&tokens, "refresh_token")).await.status,
        400
    );
}

#[tokio::test]
async fn a_code_counts_only_for_who_asked() {
    let bench = Bench::new();
    for (name, value) in [
        ("code_verifier", "x".repeat(43)),
        ("redirect_uri", "http://127.0.0.1:43122/callback".to_owned()),
        ("client_id", "somebody".to_owned()),
    ] {
        let code = bench.code_for("aino.laine").await;
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("client_id", "miso-desktop"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        fields.retain(|(known, _)| *known != name);
        fields.push((name, &value));
        let refused = bench.form("/oidc/token", &fields).await;
        assert!(refused.status.is_client_error(), "{name}: {}", refused.text);
        assert!(refused.json()["error"].is_string(), "{}", refused.text);
    }
}

#[tokio::test]
async fn the_answer_carries_state_and_issuer() {
    let bench = Bench::new();
    let page = bench.authorize(&[]).await;
    let transaction = transaction(&page.text);
    let fields = [
        ("transaction", transaction.as_str()),
        ("person", "elena.novak"),
    ];
    let back = bench.form("/sign-in", &fields).await;
    assert_eq!(returned(&back, "state").as_deref(), Some("the state"));
    assert_eq!(
        returned(&back, "iss").as_deref(),
        Some("http://127.0.0.1:8700")
    );
    // The form counts once.
    assert_eq!(bench.form("/sign-in", &fields).await.status, 400);
}

#[tokio::test]
async fn what_is_wrong_is_told_to_the_right_one() {
    let bench = Bench::new();
    // To the person: the address may be anybody's.
    for (name, value) in [
        ("client_id", "evil"),
        ("redirect_uri", "http://evil.example/callback"),
        ("redirect_uri", ""),
        ("state", &"s".repeat(2049)),
    ] {
        let page = bench.authorize(&[(name, value)]).await;
        assert!(page.status.is_client_error(), "{name}={value}");
        assert!(page.header("location").is_empty());
    }
    // To the app: it asked wrongly.
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("prompt", "none", "login_required"),
        ("request", "x", "request_not_supported"),
        ("nonce", &"n".repeat(2049), "invalid_request"),
    ] {
        let back = bench.authorize(&[(name, value)]).await;
        assert_eq!(
            returned(&back, "error").as_deref(),
            Some(error),
            "{name}={value}"
        );
        assert_eq!(returned(&back, "state").as_deref(), Some("the state"));
        assert_eq!(
            returned(&back, "iss").as_deref(),
            Some("http://127.0.0.1:8700")
        );
    }
}

#[tokio::test]
async fn without_the_launch_key_nobody_is_offered() {
    let bench = Bench::new();
    let page = bench.authorize(&[("launch_key", "a guess")]).await;
    assert!(!page.text.contains("Aino"), "{}", page.text);
    let id = transaction(&page.text);
    let forced = bench
        .form(
            "/sign-in",
            &[("transaction", &id), ("person", "aino.laine")],
        )
        .await;
    assert_eq!(forced.status, 400, "{}", forced.text);
    let wrong = bench
        .form(
            "/sign-in/key",
            &[("transaction", &id), ("launch_key", "another guess")],
        )
        .await;
    assert_eq!(wrong.status, 403);
    let right = bench
        .form(
            "/sign-in/key",
            &[("transaction", &id), ("launch_key", " the launch key ")],
        )
        .await;
    assert!(
        right
            .text
            .contains("<b>Aino Laine</b>, administrator</button>"),
        "{}",
        right.text
    );
    let cancelled = bench
        .form(
            "/sign-in",
            &[("transaction", &transaction(&right.text)), ("cancel", "1")],
        )
        .await;
    assert_eq!(
        returned(&cancelled, "error").as_deref(),
        Some("access_denied")
    );
}

#[tokio::test]
async fn no_page_sets_a_cookie_or_runs_a_script() {
    let bench = Bench::new();
    for page in [
        bench.authorize(&[]).await,
        bench.authorize(&[("launch_key", "")]).await,
    ] {
        assert!(page.headers.get("set-cookie").is_none());
        assert!(!page.text.contains("<script"));
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(
            policy.contains("form-action 'self' http://127.0.0.1:43121;"),
            "{policy}"
        );
    }
}

#[tokio::test]
async fn revocation_and_the_end_of_the_session_end_all_tokens() {
    let bench = Bench::new();
    let tokens = bench
        .exchange(&bench.code_for("aino.laine").await)
        .await
        .json();
    let token = text(&tokens, "refresh_token");
    let fields = [("client_id", "miso-desktop"), ("token", token.as_str())];
    assert_eq!(bench.form("/oidc/revoke", &fields).await.status, 200);
    assert_eq!(
        bench.form("/oidc/revoke", &fields).await.status,
        200,
        "again is no error"
    );
    assert_eq!(
        bench
            .get(&text(&tokens, "access_token"), "/api/users/me")
            .await
            .status,
        401
    );
    assert_eq!(bench.refresh(&token).await.status, 400);

    let tokens = bench
        .exchange(&bench.code_for("aino.laine").await)
        .await
        .json();
    let hint = text(&tokens, "id_token");
    let page = bench
        .form("/oidc/end-session", &[("id_token_hint", &hint)])
        .await;
    assert!(
        page.text.contains("Go back to Miso Desktop"),
        "{}",
        page.text
    );
    assert_eq!(
        bench.refresh(&text(&tokens, "refresh_token")).await.status,
        400
    );
    let elsewhere = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", "http://evil.example/callback"),
    ];
    assert_eq!(
        bench.form("/oidc/end-session", &elsewhere).await.status,
        400
    );
}

#[tokio::test]
async fn the_id_token_is_bound_to_the_request_and_the_access_token() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let bench = Bench::new();
    let tokens = bench
        .exchange(&bench.code_for("aino.laine").await)
        .await
        .json();
    let id_token = text(&tokens, "id_token");
    let part = |index: usize| -> Value {
        let part = id_token.split('.').nth(index).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let (header, claims) = (part(0), part(1));
    let keys = bench.get("", "/oidc/jwks").await.json();
    assert_eq!(header["alg"], "ES256");
    assert_eq!(header["kid"], keys["keys"][0]["kid"]);
    assert!(keys["keys"][0].get("d").is_none(), "the public half only");
    assert_eq!(claims["nonce"], "the nonce");
    assert_eq!(claims["aud"], "miso-desktop");
    assert_eq!(claims["iss"], "http://127.0.0.1:8700");
    assert!(claims["auth_time"].is_i64() && claims["sub"].is_string());
    let hash = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        text(&tokens, "access_token").as_bytes(),
    );
    assert_eq!(
        claims["at_hash"],
        URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
    );
    let user = bench
        .get(&text(&tokens, "access_token"), "/oidc/userinfo")
        .await
        .json();
    assert_eq!(
        (&user["sub"], &user["name"]),
        (&claims["sub"], &json!("Aino Laine"))
    );
    // An ID token opens nothing.
    assert_eq!(bench.get(&id_token, "/api/users/me").await.status, 401);
}

#[tokio::test]
async fn the_service_account_signs_in_with_its_secret_only() {
    let bench = Bench::new();
    let request = |secret: &str| json!({"client_id": "ci", "client_secret": secret, "grant_type": "client_credentials", "scope": "api"});
    let answer = bench.post("", "/auth/token", &request("a secret")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["token_type"], "Bearer");
    let me = bench
        .get(&text(&answer.json(), "access_token"), "/api/users/me")
        .await
        .json();
    assert_eq!(me["roles"], json!(["admin"]));
    let wrong = bench.post("", "/auth/token", &request("a guess")).await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.code().as_str()),
        (401, "UNAUTHORIZED")
    );
    let by_form = bench
        .form(
            "/oidc/token",
            &[
                ("grant_type", "client_credentials"),
                ("client_id", "ci"),
                ("client_secret", "a secret"),
            ],
        )
        .await;
    assert_eq!(by_form.status, 200, "{}", by_form.text);
}

#[tokio::test]
async fn a_launch_key_of_one_time_is_good_for_the_sign_in_it_was_made_for() {
    let bench = Bench::new();
    let keys = &bench.site.one_time_keys;
    let key = keys.make(CHALLENGE, chrono::Utc::now()).unwrap();
    let key = ("launch_key", key.expose_secret());
    // Somebody who reads the address before the browser opens it.
    let other = "A".repeat(43);
    let another = bench.authorize(&[key, ("code_challenge", &other)]).await;
    assert_eq!(another.status, 403);
    assert!(!another.text.contains("Aino"), "{}", another.text);
    for _ in 0..2 {
        let page = bench.authorize(&[key]).await;
        assert!(page.text.contains("Aino Laine"), "{}", page.text);
    }
}

#[tokio::test]
async fn nobody_is_said_to_be_signed_out_without_proof() {
    let bench = Bench::new();
    let tokens = bench.exchange(&bench.code_for("aino.laine").await).await;
    let page = bench.form("/oidc/end-session", &[]).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("Signed out"), "{}", page.text);
    assert!(page.text.contains("Nobody was signed out"), "{}", page.text);
    let token = text(&tokens.json(), "refresh_token");
    assert_eq!(bench.refresh(&token).await.status, 200);
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_is_answered_again() {
    let bench = Bench::new();
    let tokens = bench.exchange(&bench.code_for("aino.laine").await).await;
    let token = text(&tokens.json(), "refresh_token");
    let lost = bench.refresh(&token).await.json();
    let again = bench.refresh(&token).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(again.json()["refresh_token"], lost["refresh_token"]);
    let next = bench.refresh(&text(&lost, "refresh_token")).await;
    assert_eq!(next.status, 200, "{}", next.text);
}

#[tokio::test]
async fn a_scope_that_is_too_wide_is_told_only_where_the_token_is_good() {
    let bench = Bench::new();
    let tokens = bench.exchange(&bench.code_for("aino.laine").await).await;
    let refresh = async |token: &str| {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", "miso-desktop"),
            ("refresh_token", token),
            ("scope", "openid everything"),
        ];
        bench.form("/oidc/token", &fields).await.json()["error"].clone()
    };
    assert_eq!(refresh("nobody knows it").await, "invalid_grant");
    let token = text(&tokens.json(), "refresh_token");
    assert_eq!(refresh(&token).await, "invalid_scope");
    assert_eq!(bench.refresh(&token).await.status, 200, "it was not spent");
}

#[tokio::test]
async fn a_service_account_is_no_person_whatever_its_name() {
    for name in ["mikko-saari", "mikko.saari"] {
        let bench = Bench::with_account(name);
        let request = json!({"client_id": name, "client_secret": "a secret", "grant_type": "client_credentials"});
        let answer = bench.post("", "/auth/token", &request).await;
        let token = text(&answer.json(), "access_token");
        let me = bench.get(&token, "/api/users/me").await.json();
        assert_eq!(me["displayName"], name, "{me}");
        assert_eq!(
            (&me["roles"], &me["email"]),
            (&json!(["admin"]), &Value::Null)
        );
        assert_eq!(bench.get(&token, "/oidc/userinfo").await.status, 401);
        // And the person is no service account.
        let person = bench.token_for("mikko.saari").await;
        let me = bench.get(&person, "/api/users/me").await.json();
        assert_eq!(me["roles"], json!(["developer"]));
    }
}
