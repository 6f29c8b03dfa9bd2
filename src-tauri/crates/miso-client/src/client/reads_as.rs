//! By which reading of the API an instance is read, and how many requests that allows.

use super::Client;
use crate::{Connection, OwnLimits, Speaks};

impl Client {
    /// As which reading of the API the instance is read.
    pub fn speaks(&self) -> Speaks {
        self.inner.capabilities.speaks()
    }

    /// Has the instance read by another reading of the API from now on; what is shown is asked for anew.
    pub(crate) fn read_as(&self, connection: &Connection) {
        let (inner, speaks) = (&self.inner, connection.speaks());
        inner.capabilities.set_speaks(speaks);
        inner.session.set_speaks(speaks);
        inner.transport.forget_description();
        self.set_limits(connection.limits, speaks);
        inner.touch_those(|_| true);
    }

    /// Keeps to these limits from now on, unless the instance tells its own.
    pub(crate) fn set_limits(&self, own: OwnLimits, speaks: Speaks) {
        self.inner.budget.set_own_limits(own, speaks);
    }
}
