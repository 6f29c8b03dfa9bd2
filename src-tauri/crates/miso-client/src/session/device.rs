//! Attempts to sign in on another device, for machines whose browser is of no use.

use std::sync::Arc;

use super::machine::{Machine, Number};
use super::{Session, lock};
use crate::signin::{DeviceAttempt, DeviceCode, sign_in_on_device, sign_in_on_device_of};
use crate::{Failure, Speaks};

impl Session {
    /// Signs in on another device; an attempt before this one is called off.
    pub(crate) async fn sign_in_on_device(self: &Arc<Self>, remember: bool) {
        let (number, cancelled) = self.change(Machine::begin);
        let result = tokio::select! {
            biased;
            () = cancelled.cancelled() => return,
            result = self.by_device(number, remember) => result,
        };
        if let Err(failure) = result {
            self.change(|machine| machine.fail(number, failure));
        }
    }

    /// What the other device is to be told, while it is waited for.
    pub(crate) fn device(&self) -> Option<DeviceCode> {
        lock(&self.machine).device()
    }

    async fn by_device(self: &Arc<Self>, number: Number, remember: bool) -> Result<(), Failure> {
        if remember && self.take_up_or_probe(number).await? {
            return Ok(());
        }
        let settings = self.settings();
        let attempt = DeviceAttempt {
            instance: &self.instance,
            network: &self.around.network,
            settings: &settings,
            clock: self.around.clock.as_ref(),
            step: &|step| self.change(|machine| machine.step(number, step, None)),
            show: &|device| self.change(|machine| machine.show(number, device)),
        };
        let brought = match self.speaks() {
            Speaks::Documented => {
                let signed_in = sign_in_on_device(attempt).await?;
                self.brought(signed_in, &settings).await
            }
            Speaks::V1 => {
                let (tokens, account) = sign_in_on_device_of(attempt).await?;
                self.brought_by_controller(tokens, account)
            }
        };
        self.commit(number, brought, remember).await
    }
}
