//! Deployments that were started here are followed until they end, lease or not. Which ones is kept,
//! so that a restart of the app does not lose sight of them.

use std::sync::Arc;

use super::start;
use crate::Resource;
use crate::client::Inner;

/// Watches a deployment until it ends and announces that, in the next run of the app where this one
/// ends before.
pub(crate) fn follow_deployment(client: &Arc<Inner>, id: &str) {
    client.view.follow(id, client.clock.now());
    start(client, Resource::Deployment { id: id.to_owned() }, true);
}

/// Follows on what the account that is signed in followed before; what has ended meanwhile is
/// announced as soon as the server has said so.
pub(crate) fn follow_on(client: &Arc<Inner>) {
    match client.view.followed() {
        Ok(ids) => {
            for id in ids {
                start(client, Resource::Deployment { id }, true);
            }
        }
        Err(failure) => tracing::warn!(?failure, "what was followed before is not known"),
    }
}

/// Does not follow a deployment any more: its end is told, or nobody here may hear of it.
pub(super) fn leave(client: &Inner, resource: &Resource) {
    if let Resource::Deployment { id } = resource {
        client.view.unfollow(id);
    }
}
