use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

/// What a statement is called in PostgreSQL's command tags.
///
/// The parser's node kinds are the tags with underscores, but for a few.
pub(super) fn tag(node: &SyntaxNode) -> String {
    match node.kind() {
        K::SELECT | K::PAREN_SELECT | K::COMPOUND_SELECT | K::VALUES | K::TABLE => "SELECT".to_owned(),
        K::COMMENT_ON => "COMMENT".to_owned(),
        K::COMMIT_TRANSACTION => "COMMIT".to_owned(),
        K::ROLLBACK_TRANSACTION => "ROLLBACK".to_owned(),
        K::ROLLBACK_TO_SAVEPOINT => "ROLLBACK TO SAVEPOINT".to_owned(),
        K::SAVEPOINT_CREATE => "SAVEPOINT".to_owned(),
        K::RELEASE_SAVEPOINT => "RELEASE".to_owned(),
        K::CREATE_USER | K::CREATE_GROUP => "CREATE ROLE".to_owned(),
        K::ALTER_USER | K::ALTER_GROUP => "ALTER ROLE".to_owned(),
        K::DROP_USER | K::DROP_GROUP => "DROP ROLE".to_owned(),
        K::REFRESH => "REFRESH MATERIALIZED VIEW".to_owned(),
        K::TRUNCATE => "TRUNCATE TABLE".to_owned(),
        K::LOCK => "LOCK TABLE".to_owned(),
        K::REASSIGN => "REASSIGN OWNED".to_owned(),
        K::SET_SESSION_AUTH => "SET SESSION AUTHORIZATION".to_owned(),
        K::RESET_SESSION_AUTH => "RESET SESSION AUTHORIZATION".to_owned(),
        K::DROP_TEXT_SEARCH_CONFIG => "DROP TEXT SEARCH CONFIGURATION".to_owned(),
        K::DROP_TEXT_SEARCH_DICT => "DROP TEXT SEARCH DICTIONARY".to_owned(),
        K::ALTER_VIEW => "ALTER VIEW".to_owned(),
        kind => format!("{kind:?}").replace('_', " "),
    }
}
