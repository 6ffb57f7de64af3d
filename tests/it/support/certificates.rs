use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

/// Writes what a TLS server and its clients need:
///
/// - `ca.crt`, which signed `server.crt` (for `localhost` only) and `client.crt` (for the role `cert_user`);
/// - `other_ca.crt`, which signed nothing;
/// - the keys `server.key` and `client.key`.
pub fn write(directory: &Path) {
    let (ca, issuer) = authority("test authority");
    let (other, _) = authority("another authority");
    let write = |name: &str, text: String| std::fs::write(directory.join(name), text).unwrap();
    write("ca.crt", ca);
    write("other_ca.crt", other);

    for (name, host, user, purpose) in [
        ("server", Some("localhost"), "localhost", ExtendedKeyUsagePurpose::ServerAuth),
        ("client", None, "cert_user", ExtendedKeyUsagePurpose::ClientAuth),
    ] {
        let mut params = CertificateParams::new(host.map(str::to_owned).into_iter().collect::<Vec<_>>()).unwrap();
        params.distinguished_name.push(DnType::CommonName, user);
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().unwrap();
        write(&format!("{name}.crt"), params.signed_by(&key, &issuer).unwrap().pem());
        write(&format!("{name}.key"), key.serialize_pem());
    }
}

fn authority(name: &str) -> (String, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().unwrap();
    (params.self_signed(&key).unwrap().pem(), Issuer::new(params, key))
}
