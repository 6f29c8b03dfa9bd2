//! How the product's calls look on the wire. One module for each reading of the API; nothing
//! above knows their paths or envelopes.

pub(crate) mod asked;
pub(crate) mod description;
pub(crate) mod documented;
pub(crate) mod openapi;
pub(crate) mod v1;
