//! The handshake, with a look at the certificate whether it is trusted or not. Nothing is sent over
//! what is not trusted.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, InvalidMessage, SignatureScheme,
};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Url;
use x509_cert::Certificate;
use x509_cert::der::Decode;

use super::AdviceKind;
use super::chart::{Seen, SeenKind};
use super::way::Stream;
use crate::{Code, Failure, Network};

/// For a look at whether TLS is spoken, after the step itself has failed.
const GREETING_LIMIT: Duration = Duration::from_secs(5);

/// Why there is no secure connection.
pub(super) struct Refused {
    pub reason: String,
    pub advice: AdviceKind,
}

impl Refused {
    /// No word came at all.
    pub(super) fn silent() -> Self {
        Self {
            reason: "no answer".to_owned(),
            advice: AdviceKind::CheckTls,
        }
    }
}

/// Shakes hands as every request to this instance does; what was seen, and why it was refused.
pub(super) async fn shake(
    stream: Box<dyn Stream>,
    instance: &Url,
    network: &Network,
) -> Result<(Vec<Seen>, Option<Refused>), Failure> {
    let unusable = |error: Error| Failure::new(Code::Tls).saying(error.to_string());
    let provider = provider();
    let authorities = network.authorities().await?;
    let verifier =
        Verifier::new_with_extra_roots(authorities, provider.clone()).map_err(unusable)?;
    let witness = Arc::new(Witness {
        verifier,
        seen: Mutex::new(None),
    });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(witness.clone())
        .with_no_client_auth();
    let host = instance.host_str().unwrap_or_default();
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
        .map_err(|error| Failure::new(Code::Tls).saying(error.to_string()))?;
    let shaken = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await;
    let witnessed = witness.seen.lock().unwrap_or_else(PoisonError::into_inner);
    let (certificate, refusal) = witnessed
        .as_ref()
        .map(|(certificate, refusal)| (certificate, refusal.as_ref()))
        .unzip();
    let mut seen = certificate.map(described).unwrap_or_default();
    let refused = match shaken {
        Ok(stream) => {
            let version = stream.get_ref().1.protocol_version();
            let version = version.and_then(|version| version.as_str());
            seen.extend(version.map(|version| Seen::of(SeenKind::TlsVersion, version)));
            None
        }
        Err(error) => Some(Refused {
            reason: error.to_string(),
            advice: match refusal.flatten() {
                Some(refusal) => what_to_do(refusal),
                None if is_another_language(&error) => AdviceKind::CheckScheme,
                None => AdviceKind::CheckTls,
            },
        }),
    };
    Ok((seen, refused))
}

/// Whether TLS is spoken at an address. Nothing is sent but a greeting.
pub(super) async fn is_spoken(address: SocketAddr, instance: &Url, network: &Network) -> bool {
    let greeting = async {
        let socket = TcpStream::connect(address).await.ok()?;
        shake(Box::new(socket), instance, network).await.ok()
    };
    let greeted = tokio::time::timeout(GREETING_LIMIT, greeting).await;
    // A certificate was shown, trusted or not.
    matches!(greeted, Ok(Some((seen, _))) if !seen.is_empty())
}

/// A secure connection to a proxy, by the authorities that requests trust.
pub(super) async fn to_proxy<S: Stream>(
    stream: S,
    host: &str,
    network: &Network,
) -> std::io::Result<TlsStream<S>> {
    let provider = provider();
    let authorities = network.authorities().await;
    let authorities = authorities.map_err(|failure| std::io::Error::other(failure.to_string()))?;
    let verifier = Verifier::new_with_extra_roots(authorities, provider.clone())
        .map_err(std::io::Error::other)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(std::io::Error::other)?;
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

/// Whether what answered is no TLS at all.
fn is_another_language(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    matches!(
        inner,
        Some(Error::InvalidMessage(InvalidMessage::InvalidContentType))
    )
}

fn provider() -> Arc<CryptoProvider> {
    let default = CryptoProvider::get_default().cloned();
    default.unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()))
}

/// The certificate that was shown, and why it is not trusted.
type Witnessed = (CertificateDer<'static>, Option<Error>);

/// Judges as the system does, and remembers what it saw.
#[derive(Debug)]
struct Witness {
    verifier: Verifier,
    seen: Mutex<Option<Witnessed>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified =
            self.verifier
                .verify_server_cert(certificate, intermediates, name, ocsp, now);
        let refusal = verified.as_ref().err().cloned();
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((certificate.clone().into_owned(), refusal));
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

fn what_to_do(refusal: &Error) -> AdviceKind {
    let Error::InvalidCertificate(why) = refusal else {
        return AdviceKind::CheckTls;
    };
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            AdviceKind::RenewCertificate
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            AdviceKind::CheckClock
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            AdviceKind::CheckCertificateName
        }
        CertificateError::UnknownIssuer => AdviceKind::TrustAuthority,
        _ => AdviceKind::CheckTls,
    }
}

/// Whose it is, who signed it, until when it counts.
fn described(certificate: &CertificateDer<'static>) -> Vec<Seen> {
    let Ok(certificate) = Certificate::from_der(certificate) else {
        return Vec::new();
    };
    let content = certificate.tbs_certificate();
    let expires: DateTime<Utc> = content.validity().not_after.to_system_time().into();
    vec![
        Seen::of(SeenKind::CertificateSubject, content.subject().to_string()),
        Seen::of(SeenKind::CertificateIssuer, content.issuer().to_string()),
        Seen::of(
            SeenKind::CertificateExpires,
            expires.to_rfc3339_opts(SecondsFormat::Secs, true),
        ),
    ]
}
