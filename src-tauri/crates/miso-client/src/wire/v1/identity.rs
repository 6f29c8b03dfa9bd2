//! Who the caller is, and who may do what (API-V1.md §2.2, §3.2, §4).

use miso_api::{AccessEntry, AccessRole, Me, Permission, SubjectType};
use serde_json::Value;

use super::Fields;
use super::envelope::{self, NotAnswered};

/// The caller, of what `/auth/user`, `/auth/roles` and `/auth/permissions` say.
pub(crate) fn me(user: &Value, roles: Vec<String>, permissions: Vec<String>) -> Me {
    let outer = Fields::of(user);
    let user = match outer.object("user") {
        user if user.is_empty() => outer,
        user => user,
    };
    Me {
        id: user.name(&["id", "sub"]).unwrap_or_default(),
        username: user
            .text(&["username", "preferred_username", "email"])
            .unwrap_or_default(),
        email: user.text(&["email"]),
        display_name: display_name(user),
        roles,
        permissions: permissions.into_iter().map(Permission::from).collect(),
        // Which environments there are is not said of a caller; each says it of itself.
        environments: Vec::new(),
    }
}

/// How somebody is called, of one name or of two.
pub(crate) fn display_name(user: Fields<'_>) -> Option<String> {
    let names = [user.text(&["firstName"]), user.text(&["lastName"])];
    let names: Vec<String> = names.into_iter().flatten().collect();
    user.text(&["displayName", "name"])
        .or_else(|| (!names.is_empty()).then(|| names.join(" ")))
}

/// The words of `{roles: […]}` or `{permissions: […]}`, in any envelope, or of a list by itself.
pub(crate) fn words(body: &Value, name: &str) -> Result<Vec<String>, NotAnswered> {
    if let Ok(item) = envelope::item(body)
        && item[name].is_array()
    {
        return Ok(Fields::of(&item).texts(name));
    }
    let rows = envelope::list(body)?.rows;
    let words = rows.iter().filter_map(|row| match row {
        Value::String(word) => Some(word.clone()),
        row => Fields::of(row).text(&["value", "name", "key"]),
    });
    Ok(words.collect())
}

/// Who has a role in an environment: the groups that it is mapped to.
pub(crate) fn access(roles: &[Value], environment: &str) -> Vec<AccessEntry> {
    let rows = roles.iter().flat_map(|role| {
        let fields = Fields::of(role);
        let role = fields.text(&["value", "name"]);
        let active = fields.list("mappings").iter().map(Fields::of);
        let active = active.filter(|mapping| mapping.flag(&["isActive"]) != Some(false));
        active.filter_map(move |mapping| {
            Some(AccessEntry {
                subject: mapping.name(&["groupName", "groupId"])?,
                subject_type: SubjectType::Group,
                role: AccessRole::from(role.clone()?),
                environments: vec![environment.to_owned()],
            })
        })
    });
    rows.collect()
}

/// The same rows with the environments of each together, in order.
pub(crate) fn together(rows: Vec<AccessEntry>) -> Vec<AccessEntry> {
    let mut all: Vec<AccessEntry> = Vec::new();
    for row in rows {
        let same = |one: &&mut AccessEntry| one.subject == row.subject && one.role == row.role;
        match all.iter_mut().find(same) {
            Some(known) => known.environments.extend(row.environments),
            None => all.push(row),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_somebody_is_is_read_in_every_shape() {
        let user = json!({"id": "u-1", "username": "aino.laine", "email": "aino@example.com",
            "firstName": "Aino", "lastName": "Laine"});
        for body in [json!({"user": user, "authenticated": true}), user.clone()] {
            let me = me(
                &body,
                vec!["aifabrix-developer".to_owned()],
                vec![
                    "applications:deploy".to_owned(),
                    "dashboard:read".to_owned(),
                ],
            );
            assert_eq!(
                (me.id.as_str(), me.username.as_str()),
                ("u-1", "aino.laine")
            );
            assert_eq!(me.display_name.as_deref(), Some("Aino Laine"));
            assert_eq!(me.roles, ["aifabrix-developer"]);
            let unknown = Permission::Unknown("dashboard:read".to_owned());
            assert_eq!(me.permissions, [Permission::ApplicationsDeploy, unknown]);
        }
        let nobody = me(&json!({"authenticated": true}), Vec::new(), Vec::new());
        assert_eq!((nobody.id.as_str(), nobody.username.as_str()), ("", ""));
    }

    #[test]
    fn roles_and_permissions_are_read_in_every_shape() {
        for body in [
            json!({"data": {"roles": ["a", "b"]}}),
            json!({"success": true, "data": {"roles": ["a", "b"]}, "timestamp": "2026-11-27T09:00:00Z"}),
            json!({"roles": ["a", "b"]}),
            json!({"data": ["a", "b"]}),
            json!(["a", {"value": "b"}]),
        ] {
            assert_eq!(words(&body, "roles").unwrap(), ["a", "b"], "{body}");
        }
        assert_eq!(
            words(&json!({"data": {"roles": []}}), "roles").unwrap(),
            Vec::<String>::new()
        );
        assert!(words(&json!({"authenticated": true}), "roles").is_err());
    }

    /// API-V1.md §3.2, `GET /environments/{envKey}/roles`.
    #[test]
    fn who_has_access_is_who_has_a_role_there() {
        let role = |value: &str, group: &str, active: bool| {
            json!({"id": "r", "name": value, "value": value, "description": null,
                "mappings": [{"id": "m", "groupName": group, "groupId": null, "isActive": active}]})
        };
        let dev = [
            role("aifabrix-developer", "AI-Fabrix-Developers", true),
            role("aifabrix-observer", "AI-Fabrix-Observers", false),
            json!({"value": "a-new-role", "mappings": [{"groupName": "Others"}]}),
            json!({"value": "aifabrix-everyone"}),
        ];
        let pro = [role("aifabrix-developer", "AI-Fabrix-Developers", true)];
        let rows = together([access(&dev, "dev"), access(&pro, "pro")].concat());
        let found: Vec<(&str, &str, String)> = rows
            .iter()
            .map(|row| {
                (
                    row.subject.as_str(),
                    row.role.as_str(),
                    row.environments.join(" "),
                )
            })
            .collect();
        let expected = [
            (
                "AI-Fabrix-Developers",
                "aifabrix-developer",
                "dev pro".to_owned(),
            ),
            ("Others", "a-new-role", "dev".to_owned()),
        ];
        assert_eq!(found, expected);
    }
}
