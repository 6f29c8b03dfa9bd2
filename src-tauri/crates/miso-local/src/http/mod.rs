//! How the instance speaks HTTP: connections, the guard in front of everything, the error
//! envelope, bodies and queries, and the request limit.

pub(crate) mod body;
pub(crate) mod conditions;
pub(crate) mod envelope;
pub(crate) mod form;
pub(crate) mod guard;
pub(crate) mod limits;
pub(crate) mod paging;
pub(crate) mod query;
pub(crate) mod rest;
pub(crate) mod server;
