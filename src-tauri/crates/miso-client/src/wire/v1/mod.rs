//! What the shipping controller serves under `/api/v1` (API-V1.md): the second reading of the API.
//! Pure functions on bytes and values; what combines calls stands in `crate::v1`.

pub(crate) mod envelope;
mod fields;
pub(crate) mod identity;
pub(crate) mod model;
pub(crate) mod pipeline;
pub(crate) mod problem;
pub(crate) mod routes;
pub(crate) mod sign_in;

pub(crate) use fields::Fields;
