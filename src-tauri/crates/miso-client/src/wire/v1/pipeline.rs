//! A deployment in two steps (API-V1.md §3.5): what each of them answers.

use miso_api::{DeploymentStatus, ErrorDetail};
use secrecy::SecretString;
use serde_json::Value;

use super::Fields;
use super::envelope::{self, NotAnswered};
use super::model::deployment_status;
use crate::{Code, Failure};

/// What was accepted.
#[derive(Debug)]
pub(crate) struct Validated {
    /// Good for one deployment.
    pub token: SecretString,
}

never_serialized!(Validated);

/// A deployment that was begun.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Begun {
    pub id: String,
    pub status: DeploymentStatus,
    pub message: Option<String>,
}

/// What `validate` says: accepted, or what is wrong.
///
/// # Errors
/// [`Code::Validation`] with its words; [`Code::NotMiso`] where it says neither.
pub(crate) fn validated(body: &Value) -> Result<Validated, Failure> {
    let item = item(body)?;
    let fields = Fields::of(&item);
    if fields.flag(&["valid"]) == Some(true) {
        let token = fields.text(&["validateToken"]).ok_or_else(nothing)?;
        return Ok(Validated {
            token: SecretString::from(token),
        });
    }
    let errors = fields
        .list("errors")
        .iter()
        .filter_map(|error| match error {
            Value::String(words) => Some(words.clone()),
            error => Fields::of(error).text(&["message", "msg", "detail"]),
        });
    let errors: Vec<String> = errors.collect();
    if errors.is_empty() && fields.flag(&["valid"]).is_none() {
        return Err(nothing());
    }
    let details = errors.iter().map(|message| ErrorDetail {
        field: String::new(),
        message: message.clone(),
    });
    Err(Failure {
        message: errors.first().cloned(),
        details: details.collect(),
        ..Failure::new(Code::Validation)
    })
}

/// What `deploy` says.
///
/// # Errors
/// [`Code::Conflict`] where it refused, in its words; [`Code::NotMiso`] where it names no deployment.
pub(crate) fn begun(body: &Value) -> Result<Begun, Failure> {
    let item = item(body)?;
    let fields = Fields::of(&item);
    Ok(Begun {
        id: fields.name(&["deploymentId", "id"]).ok_or_else(nothing)?,
        status: deployment_status(fields.text(&["status"])),
        message: fields.text(&["message"]),
    })
}

fn item(body: &Value) -> Result<Value, Failure> {
    envelope::item(body).map_err(|not| match not {
        NotAnswered::NotThis => nothing(),
        NotAnswered::Refused(words) => Failure {
            message: words,
            ..Failure::new(Code::Conflict)
        },
    })
}

fn nothing() -> Failure {
    Failure::new(Code::NotMiso).with("status", 200)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_accepted_gives_a_token_and_nothing_else_does() {
        let answer = json!({"valid": true, "validateToken": "t", "draftDeploymentId": "d-1",
            "imageServer": null, "imageUsername": null, "imagePassword": null,
            "expiresAt": "2026-11-27T10:00:00Z", "errors": []});
        for body in [answer.clone(), json!({"data": answer})] {
            assert_eq!(validated(&body).unwrap().token.expose_secret(), "t");
        }
        for (body, code) in [
            (
                json!({"data": {"valid": false, "errors": ["Repository mismatch"]}}),
                Code::Validation,
            ),
            (
                json!({"valid": "true", "validateToken": "t", "errors": ["no"]}),
                Code::Validation,
            ),
            (json!({"success": false, "message": "no"}), Code::Conflict),
            (
                json!({"data": {"valid": true, "validateToken": null}}),
                Code::NotMiso,
            ),
            (json!({"data": {"validateToken": "t"}}), Code::NotMiso),
            (json!({"data": null}), Code::NotMiso),
        ] {
            assert_eq!(
                validated(&body).err().map(|failure| failure.code),
                Some(code),
                "{body}"
            );
        }
        let refused = validated(&json!({"valid": false, "errors": ["a", "b"]})).unwrap_err();
        assert_eq!(refused.message.as_deref(), Some("a"));
        assert_eq!(refused.details.len(), 2);
    }

    #[test]
    fn what_was_begun_has_an_id() {
        let inner = json!({"deploymentId": "d-1", "status": "deploying", "deploymentUrl": null,
            "healthCheckUrl": null, "message": "started", "timestamp": "2026-11-27T09:00:00Z"});
        for body in [json!({"success": true, "data": inner}), inner.clone()] {
            let begun = begun(&body).unwrap();
            assert_eq!(
                (begun.id.as_str(), begun.status),
                ("d-1", DeploymentStatus::Running)
            );
            assert_eq!(begun.message.as_deref(), Some("started"));
        }
        let refused = begun(&json!({"success": false, "message": "token used"})).unwrap_err();
        assert_eq!(refused.code, Code::Conflict);
        assert_eq!(refused.message.as_deref(), Some("token used"));
        assert_eq!(
            begun(&json!({"success": true})).unwrap_err().code,
            Code::NotMiso
        );
    }
}
