//! Any message of one side, by its type byte.

use bytes::Bytes;

use super::*;
use crate::{error::Malformed, wire::Body};

/// Any message of a frontend, as received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "every variant is the message of its name")]
pub enum AnyFrontend<B: Body = Bytes> {
    Bind(Bind<B>),
    Close(Close<PgStr<B>>),
    CopyData(CopyData<B>),
    CopyDone(CopyDone),
    CopyFail(CopyFail<PgStr<B>>),
    Describe(Describe<PgStr<B>>),
    Execute(Execute<PgStr<B>>),
    Flush(Flush),
    FunctionCall(FunctionCall<B>),
    Parse(Parse<B>),
    Password(Password<B>),
    Query(Query<PgStr<B>>),
    Sync(Sync),
    Terminate(Terminate),
}

impl<B: Body> AnyFrontend<B> {
    /// Decodes a body by its type byte.
    #[inline]
    pub fn decode(tag: FrontendTag, body: B) -> Result<AnyFrontend<B>, Malformed> {
        Ok(match tag {
            FrontendTag::BIND => AnyFrontend::Bind(Bind::decode(body)?),
            FrontendTag::CLOSE => AnyFrontend::Close(Close::decode(body)?),
            FrontendTag::COPY_DATA => AnyFrontend::CopyData(CopyData::decode(body)),
            FrontendTag::COPY_DONE => AnyFrontend::CopyDone(CopyDone::decode(body)),
            FrontendTag::COPY_FAIL => AnyFrontend::CopyFail(CopyFail::decode(body)?),
            FrontendTag::DESCRIBE => AnyFrontend::Describe(Describe::decode(body)?),
            FrontendTag::EXECUTE => AnyFrontend::Execute(Execute::decode(body)?),
            FrontendTag::FLUSH => AnyFrontend::Flush(Flush::decode(body)?),
            FrontendTag::FUNCTION_CALL => AnyFrontend::FunctionCall(FunctionCall::decode(body)?),
            FrontendTag::PARSE => AnyFrontend::Parse(Parse::decode(body)?),
            FrontendTag::PASSWORD => AnyFrontend::Password(Password::decode(body)),
            FrontendTag::QUERY => AnyFrontend::Query(Query::decode(body)?),
            FrontendTag::SYNC => AnyFrontend::Sync(Sync::decode(body)?),
            FrontendTag::TERMINATE => AnyFrontend::Terminate(Terminate::decode(body)),
            FrontendTag(byte) => return Err(Malformed::MessageType(byte)),
        })
    }
}

impl<B: Body> Encode for AnyFrontend<B> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        match self {
            AnyFrontend::Bind(message) => message.encode(out),
            AnyFrontend::Close(message) => message.encode(out),
            AnyFrontend::CopyData(message) => message.encode(out),
            AnyFrontend::CopyDone(message) => message.encode(out),
            AnyFrontend::CopyFail(message) => message.encode(out),
            AnyFrontend::Describe(message) => message.encode(out),
            AnyFrontend::Execute(message) => message.encode(out),
            AnyFrontend::Flush(message) => message.encode(out),
            AnyFrontend::FunctionCall(message) => message.encode(out),
            AnyFrontend::Parse(message) => message.encode(out),
            AnyFrontend::Password(message) => message.encode(out),
            AnyFrontend::Query(message) => message.encode(out),
            AnyFrontend::Sync(message) => message.encode(out),
            AnyFrontend::Terminate(message) => message.encode(out),
        }
    }
}

/// Any message of a backend, as received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "every variant is the message of its name")]
pub enum AnyBackend {
    Authentication(Authentication),
    BackendKeyData(BackendKeyData),
    BindComplete(BindComplete),
    CloseComplete(CloseComplete),
    CommandComplete(CommandComplete),
    CopyBothResponse(CopyBothResponse),
    CopyData(CopyData),
    CopyDone(CopyDone),
    CopyInResponse(CopyInResponse),
    CopyOutResponse(CopyOutResponse),
    DataRow(DataRow),
    EmptyQueryResponse(EmptyQueryResponse),
    ErrorResponse(ErrorResponse),
    FunctionCallResponse(FunctionCallResponse),
    NegotiateProtocolVersion(NegotiateProtocolVersion),
    NoData(NoData),
    NoticeResponse(NoticeResponse),
    NotificationResponse(NotificationResponse),
    ParameterDescription(ParameterDescription),
    ParameterStatus(ParameterStatus),
    ParseComplete(ParseComplete),
    PortalSuspended(PortalSuspended),
    ReadyForQuery(ReadyForQuery),
    RowDescription(RowDescription),
}

impl AnyBackend {
    /// Decodes a body by its type byte.
    pub fn decode(tag: BackendTag, body: Bytes) -> Result<AnyBackend, Malformed> {
        use AnyBackend as Any;
        Ok(match tag {
            BackendTag::AUTHENTICATION => Any::Authentication(Authentication::decode(body)?),
            BackendTag::BACKEND_KEY_DATA => Any::BackendKeyData(BackendKeyData::decode(body)?),
            BackendTag::BIND_COMPLETE => Any::BindComplete(BindComplete::decode(body)?),
            BackendTag::CLOSE_COMPLETE => Any::CloseComplete(CloseComplete::decode(body)?),
            BackendTag::COMMAND_COMPLETE => Any::CommandComplete(CommandComplete::decode(body)?),
            BackendTag::COPY_BOTH_RESPONSE => {
                Any::CopyBothResponse(CopyBothResponse::decode(body)?)
            }
            BackendTag::COPY_DATA => Any::CopyData(CopyData::decode(body)),
            BackendTag::COPY_DONE => Any::CopyDone(CopyDone::decode(body)),
            BackendTag::COPY_IN_RESPONSE => Any::CopyInResponse(CopyInResponse::decode(body)?),
            BackendTag::COPY_OUT_RESPONSE => Any::CopyOutResponse(CopyOutResponse::decode(body)?),
            BackendTag::DATA_ROW => Any::DataRow(DataRow::decode(body)?),
            BackendTag::EMPTY_QUERY_RESPONSE => {
                Any::EmptyQueryResponse(EmptyQueryResponse::decode(body)?)
            }
            BackendTag::ERROR_RESPONSE => Any::ErrorResponse(ErrorResponse::decode(body)?),
            BackendTag::FUNCTION_CALL_RESPONSE => {
                Any::FunctionCallResponse(FunctionCallResponse::decode(body)?)
            }
            BackendTag::NEGOTIATE_PROTOCOL_VERSION => {
                Any::NegotiateProtocolVersion(NegotiateProtocolVersion::decode(body)?)
            }
            BackendTag::NO_DATA => Any::NoData(NoData::decode(body)?),
            BackendTag::NOTICE_RESPONSE => Any::NoticeResponse(NoticeResponse::decode(body)?),
            BackendTag::NOTIFICATION_RESPONSE => {
                Any::NotificationResponse(NotificationResponse::decode(body)?)
            }
            BackendTag::PARAMETER_DESCRIPTION => {
                Any::ParameterDescription(ParameterDescription::decode(body)?)
            }
            BackendTag::PARAMETER_STATUS => Any::ParameterStatus(ParameterStatus::decode(body)?),
            BackendTag::PARSE_COMPLETE => Any::ParseComplete(ParseComplete::decode(body)?),
            BackendTag::PORTAL_SUSPENDED => Any::PortalSuspended(PortalSuspended::decode(body)?),
            BackendTag::READY_FOR_QUERY => Any::ReadyForQuery(ReadyForQuery::decode(body)?),
            BackendTag::ROW_DESCRIPTION => Any::RowDescription(RowDescription::decode(body)?),
            BackendTag(byte) => return Err(Malformed::MessageType(byte)),
        })
    }
}

impl Encode for AnyBackend {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        match self {
            AnyBackend::Authentication(message) => message.encode(out),
            AnyBackend::BackendKeyData(message) => message.encode(out),
            AnyBackend::BindComplete(message) => message.encode(out),
            AnyBackend::CloseComplete(message) => message.encode(out),
            AnyBackend::CommandComplete(message) => message.encode(out),
            AnyBackend::CopyBothResponse(message) => message.encode(out),
            AnyBackend::CopyData(message) => message.encode(out),
            AnyBackend::CopyDone(message) => message.encode(out),
            AnyBackend::CopyInResponse(message) => message.encode(out),
            AnyBackend::CopyOutResponse(message) => message.encode(out),
            AnyBackend::DataRow(message) => message.encode(out),
            AnyBackend::EmptyQueryResponse(message) => message.encode(out),
            AnyBackend::ErrorResponse(message) => message.encode(out),
            AnyBackend::FunctionCallResponse(message) => message.encode(out),
            AnyBackend::NegotiateProtocolVersion(message) => message.encode(out),
            AnyBackend::NoData(message) => message.encode(out),
            AnyBackend::NoticeResponse(message) => message.encode(out),
            AnyBackend::NotificationResponse(message) => message.encode(out),
            AnyBackend::ParameterDescription(message) => message.encode(out),
            AnyBackend::ParameterStatus(message) => message.encode(out),
            AnyBackend::ParseComplete(message) => message.encode(out),
            AnyBackend::PortalSuspended(message) => message.encode(out),
            AnyBackend::ReadyForQuery(message) => message.encode(out),
            AnyBackend::RowDescription(message) => message.encode(out),
        }
    }
}
