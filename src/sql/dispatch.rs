//! Which rule reads which statement. What no rule reads is opaque.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::expression::{expression, parts};
use super::names::{self, child};
use super::record::Recorder;
use super::{
    alter, alter_table, create, create_table, definition, dml, membership, prepared, privilege, query, routine,
    settings, tag,
};
use crate::model::ObjectKind;

/// Records what one statement does.
pub(super) fn dispatch(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let kind = node.kind();
    rec.unless_exists = child(node, K::IF_NOT_EXISTS).is_some();
    if query::is_query(kind) {
        query::query(rec, node);
    } else if !(defines(rec, node) || changes(rec, node) || runs(rec, node)) {
        rec.opaque(format!("{} is not understood yet", tag::tag(node)));
        parts(rec, node);
    }
}

/// `CREATE` statements.
fn defines(rec: &mut Recorder<'_>, node: &SyntaxNode) -> bool {
    use ObjectKind as O;
    match node.kind() {
        K::CREATE_TABLE | K::CREATE_FOREIGN_TABLE => create_table::create_table(rec, node),
        K::CREATE_TABLE_AS => create_table::create_table_as(rec, node),
        K::CREATE_VIEW | K::CREATE_MATERIALIZED_VIEW => create_table::create_view(rec, node),
        K::CREATE_INDEX => create::index(rec, node),
        K::CREATE_SEQUENCE => create::sequence(rec, node),
        K::CREATE_TYPE => create::create_type(rec, node),
        K::CREATE_DOMAIN => create::domain(rec, node),
        K::CREATE_SCHEMA => create::schema(rec, node),
        K::CREATE_TRIGGER => create::trigger(rec, node),
        K::CREATE_POLICY | K::ALTER_POLICY => create::policy(rec, node),
        K::CREATE_RULE => create::rule(rec, node),
        K::CREATE_FUNCTION | K::CREATE_PROCEDURE => routine::create(rec, node),
        K::CREATE_USER_MAPPING | K::ALTER_USER_MAPPING => membership::user_mapping(rec, node),
        K::CREATE_EXTENSION => create::extension(rec, node),
        K::CREATE_ROLE | K::CREATE_USER | K::CREATE_GROUP => create::global(rec, O::Role, K::ROLE, node),
        K::CREATE_SERVER => create::global(rec, O::ForeignServer, K::SERVER, node),
        K::CREATE_FOREIGN_DATA_WRAPPER => create::global(rec, O::ForeignDataWrapper, K::FOREIGN_DATA_WRAPPER, node),
        K::CREATE_PUBLICATION => create::global(rec, O::Publication, K::PUBLICATION, node),
        K::CREATE_SUBSCRIPTION => create::subscription(rec, node),
        K::CREATE_EVENT_TRIGGER => {
            create::global(rec, O::EventTrigger, K::EVENT_TRIGGER, node);
            rec.opaque("an event trigger runs with every later definition");
        }
        K::CREATE_LANGUAGE => create::handled(rec, O::Language, K::LANGUAGE, node),
        K::CREATE_ACCESS_METHOD => create::handled(rec, O::AccessMethod, K::ACCESS_METHOD, node),
        K::CREATE_CAST | K::CREATE_TRANSFORM => definition::cast_or_transform(rec, node),
        K::CREATE_AGGREGATE => definition::aggregate(rec, node),
        K::CREATE_OPERATOR => definition::create_operator(rec, node),
        K::CREATE_OPERATOR_CLASS | K::CREATE_OPERATOR_FAMILY => definition::operator_class(rec, node),
        K::IMPORT_FOREIGN_SCHEMA => definition::import_foreign_schema(rec, node),
        K::CREATE_TABLESPACE => create::global(rec, O::Tablespace, K::TABLESPACE, node),
        K::CREATE_DATABASE => create::global(rec, O::Database, K::DATABASE, node),
        K::CREATE_COLLATION => create::in_schema(rec, O::Collation, K::COLLATION, node),
        K::CREATE_CONVERSION => {
            definition::with_handlers(rec, node);
            create::named(rec, O::Conversion, K::CONVERSION, node);
        }
        K::CREATE_STATISTICS => create::statistics(rec, node),
        K::CREATE_TEXT_SEARCH_CONFIGURATION => {
            definition::of_attributes(rec, O::TextSearchConfiguration, K::TEXT_SEARCH_CONFIGURATION, node);
        }
        K::CREATE_TEXT_SEARCH_DICTIONARY => {
            definition::of_attributes(rec, O::TextSearchDictionary, K::TEXT_SEARCH_DICTIONARY, node);
        }
        K::CREATE_TEXT_SEARCH_PARSER => {
            definition::of_attributes(rec, O::TextSearchParser, K::TEXT_SEARCH_PARSER, node);
        }
        K::CREATE_TEXT_SEARCH_TEMPLATE => {
            definition::of_attributes(rec, O::TextSearchTemplate, K::TEXT_SEARCH_TEMPLATE, node);
        }
        _ => return false,
    }
    true
}

/// `ALTER`, `DROP`, `GRANT` and the like.
fn changes(rec: &mut Recorder<'_>, node: &SyntaxNode) -> bool {
    match node.kind() {
        K::ALTER_TABLE | K::ALTER_FOREIGN_TABLE | K::ALTER_VIEW | K::ALTER_MATERIALIZED_VIEW => {
            alter_table::alter_table(rec, node);
        }
        K::ALTER_TRIGGER => alter::alter_member(rec, ObjectKind::Trigger, node),
        K::ALTER_RULE => alter::alter_member(rec, ObjectKind::Rule, node),
        K::ALTER_DEFAULT_PRIVILEGES => privilege::default_privileges(rec, node),
        K::ALTER_SYSTEM => {}
        K::ALTER_LARGE_OBJECT => parts(rec, node),
        K::ALTER_DATABASE
        | K::ALTER_OPERATOR
        | K::ALTER_OPERATOR_CLASS
        | K::ALTER_OPERATOR_FAMILY
        | K::ALTER_AGGREGATE
        | K::ALTER_COLLATION
        | K::ALTER_CONVERSION
        | K::ALTER_DOMAIN
        | K::ALTER_EVENT_TRIGGER
        | K::ALTER_EXTENSION
        | K::ALTER_FOREIGN_DATA_WRAPPER
        | K::ALTER_FUNCTION
        | K::ALTER_GROUP
        | K::ALTER_INDEX
        | K::ALTER_LANGUAGE
        | K::ALTER_PROCEDURE
        | K::ALTER_PUBLICATION
        | K::ALTER_ROLE
        | K::ALTER_ROUTINE
        | K::ALTER_SCHEMA
        | K::ALTER_SEQUENCE
        | K::ALTER_SERVER
        | K::ALTER_STATISTICS
        | K::ALTER_SUBSCRIPTION
        | K::ALTER_TABLESPACE
        | K::ALTER_TEXT_SEARCH_CONFIGURATION
        | K::ALTER_TEXT_SEARCH_DICTIONARY
        | K::ALTER_TEXT_SEARCH_PARSER
        | K::ALTER_TEXT_SEARCH_TEMPLATE
        | K::ALTER_TYPE
        | K::ALTER_USER => {
            alter::alter(rec, node);
        }
        K::DROP_CAST | K::DROP_TRANSFORM => definition::cast_or_transform(rec, node),
        K::DROP_USER_MAPPING => membership::user_mapping(rec, node),
        K::DROP_OWNED | K::REASSIGN => membership::owned(rec, node),
        K::DROP_TRIGGER => alter::drop_member(rec, ObjectKind::Trigger, node),
        K::DROP_POLICY => alter::drop_member(rec, ObjectKind::Policy, node),
        K::DROP_RULE => alter::drop_member(rec, ObjectKind::Rule, node),
        K::DROP_TABLE
        | K::DROP_FOREIGN_TABLE
        | K::DROP_VIEW
        | K::DROP_MATERIALIZED_VIEW
        | K::DROP_SEQUENCE
        | K::DROP_INDEX
        | K::DROP_TYPE
        | K::DROP_DOMAIN
        | K::DROP_FUNCTION
        | K::DROP_PROCEDURE
        | K::DROP_ROUTINE
        | K::DROP_AGGREGATE
        | K::DROP_SCHEMA
        | K::DROP_EXTENSION
        | K::DROP_ROLE
        | K::DROP_USER
        | K::DROP_GROUP
        | K::DROP_SERVER
        | K::DROP_FOREIGN_DATA_WRAPPER
        | K::DROP_PUBLICATION
        | K::DROP_SUBSCRIPTION
        | K::DROP_EVENT_TRIGGER
        | K::DROP_COLLATION
        | K::DROP_CONVERSION
        | K::DROP_STATISTICS
        | K::DROP_LANGUAGE
        | K::DROP_ACCESS_METHOD
        | K::DROP_TABLESPACE
        | K::DROP_OPERATOR
        | K::DROP_OPERATOR_CLASS
        | K::DROP_OPERATOR_FAMILY
        | K::DROP_DATABASE
        | K::DROP_TEXT_SEARCH_CONFIG
        | K::DROP_TEXT_SEARCH_DICT
        | K::DROP_TEXT_SEARCH_PARSER
        | K::DROP_TEXT_SEARCH_TEMPLATE => {
            alter::drop(rec, node);
        }
        K::COMMENT_ON | K::SECURITY_LABEL => alter::comment(rec, node),
        K::GRANT | K::REVOKE => privilege::privileges(rec, node),
        _ => return false,
    }
    true
}

/// Statements that run something, or only concern the session.
fn runs(rec: &mut Recorder<'_>, node: &SyntaxNode) -> bool {
    match node.kind() {
        K::DO => routine::anonymous(rec, node),
        K::CALL => {
            if let Some(name) = child(node, K::PROCEDURE_NAME_REF) {
                rec.requires_function(&names::path(&name), names::span(&name));
            }
            for part in names::children(node, K::ARG_LIST) {
                expression(rec, &part);
            }
        }
        K::TRUNCATE => dml::truncate(rec, node),
        K::COPY => dml::copy(rec, node),
        K::REFRESH => {
            dml::refresh(rec, node);
        }
        K::SET => settings::set(rec, node),
        K::RESET | K::DISCARD => settings::reset(rec, node),
        K::EXECUTE => prepared::execute(rec, node),
        K::PREPARE => prepared::prepare(rec, node),
        K::DEALLOCATE => prepared::deallocate(rec, node),
        K::CLUSTER => dml::cluster(rec, node),
        K::SET_ROLE | K::SET_SESSION_AUTH | K::RESET_ROLE | K::RESET_SESSION_AUTH => {
            settings::set_user(rec, node);
            parts(rec, node);
        }
        K::LOCK | K::ANALYZE | K::VACUUM | K::REINDEX | K::REPACK | K::EXPLAIN | K::DECLARE | K::FETCH | K::MOVE => {
            parts(rec, node);
        }
        K::BEGIN
        | K::COMMIT_TRANSACTION
        | K::COMMIT_PREPARED
        | K::ROLLBACK_TRANSACTION
        | K::ROLLBACK_TO_SAVEPOINT
        | K::ROLLBACK_PREPARED
        | K::SAVEPOINT_CREATE
        | K::RELEASE_SAVEPOINT
        | K::PREPARE_TRANSACTION
        | K::CHECKPOINT
        | K::CLOSE
        | K::LISTEN
        | K::LOAD
        | K::UNLISTEN
        | K::NOTIFY
        | K::SET_CONSTRAINTS
        | K::SET_TRANSACTION
        | K::SHOW
        | K::EMPTY_STMT => {}
        _ => return false,
    }
    true
}
