//! Who the caller is (API.md, "Access control").

use axum::Json;
use miso_api::Me;

use crate::environments;
use crate::oidc::access::Caller;

/// Who the caller is.
#[utoipa::path(
    get,
    path = "/api/users/me",
    operation_id = "getMe",
    tag = "Access",
    responses((status = 200, description = "The caller.", body = Me))
)]
pub(super) async fn me(caller: Caller) -> Json<Me> {
    Json(Me {
        permissions: caller.role.permissions(None),
        roles: vec![caller.role.as_str().to_owned()],
        id: caller.id,
        username: caller.username,
        email: caller.email,
        display_name: Some(caller.display_name),
        environments: environments::ALL
            .iter()
            .map(|environment| environment.key.to_owned())
            .collect(),
    })
}
