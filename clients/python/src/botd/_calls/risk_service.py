# Made by generate.sh from proto/botd/v1. Do not edit.
"""RiskService: Limits above all bots."""

from __future__ import annotations

from collections.abc import Iterable

from .._call import AsyncCalls, Calls, Unary, build
from ..v1.common_pb2 import (
    TradingState,
)
from ..v1.risk_pb2 import (
    GetLocksRequest,
    GetLocksResponse,
    GetRiskLimitsRequest,
    GetRiskLimitsResponse,
    LockEntriesRequest,
    LockEntriesResponse,
    PanicRequest,
    PanicResponse,
    RiskLimits,
    SetRiskLimitsRequest,
    SetRiskLimitsResponse,
    SetTradingStateRequest,
    SetTradingStateResponse,
    UnlockEntriesRequest,
    UnlockEntriesResponse,
)


GET_RISK_LIMITS = Unary("botd.v1.RiskService", "GetRiskLimits", GetRiskLimitsRequest, GetRiskLimitsResponse)
SET_RISK_LIMITS = Unary("botd.v1.RiskService", "SetRiskLimits", SetRiskLimitsRequest, SetRiskLimitsResponse)
SET_TRADING_STATE = Unary("botd.v1.RiskService", "SetTradingState", SetTradingStateRequest, SetTradingStateResponse)
PANIC = Unary("botd.v1.RiskService", "Panic", PanicRequest, PanicResponse)
GET_LOCKS = Unary("botd.v1.RiskService", "GetLocks", GetLocksRequest, GetLocksResponse)
LOCK_ENTRIES = Unary("botd.v1.RiskService", "LockEntries", LockEntriesRequest, LockEntriesResponse)
UNLOCK_ENTRIES = Unary("botd.v1.RiskService", "UnlockEntries", UnlockEntriesRequest, UnlockEntriesResponse)


class RiskServiceCalls(Calls):
    """Limits above all bots."""

    def get_risk_limits(
        self,
        request: GetRiskLimitsRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetRiskLimitsResponse:
        """The limits and their use.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetRiskLimitsRequest, request)
        return self._unary(GET_RISK_LIMITS, built, timeout)

    def set_risk_limits(
        self,
        request: SetRiskLimitsRequest | None = None,
        *,
        request_id: str | None = None,
        limits: RiskLimits | None = None,
        fields: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> SetRiskLimitsResponse:
        """Changes the limits that are named, or replaces all.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            limits: The limits. With fields: only those named there count. Without: all of them are replaced,
                those left empty are lifted.
            fields: Names of the limits that change, as in RiskLimits, for example "max_daily_loss"; the others
                stay. One whose value is empty or 0 is lifted. Empty: all limits are replaced.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(SetRiskLimitsRequest, request, request_id=request_id, limits=limits, fields=fields)
        return self._unary(SET_RISK_LIMITS, built, timeout)

    def set_trading_state(
        self,
        request: SetTradingStateRequest | None = None,
        *,
        request_id: str | None = None,
        trading_state: TradingState | None = None,
        reason: str | None = None,
        timeout: float | None = None,
    ) -> SetTradingStateResponse:
        """Active, reducing or halted; survives a restart.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            trading_state: The new state.
            reason: Why, in words; kept in the journal.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            SetTradingStateRequest,
            request,
            request_id=request_id,
            trading_state=trading_state,
            reason=reason,
        )
        return self._unary(SET_TRADING_STATE, built, timeout)

    def panic(
        self,
        request: PanicRequest | None = None,
        *,
        request_id: str | None = None,
        reason: str | None = None,
        account: str | None = None,
        all_orders: bool | None = None,
        validate_only: bool | None = None,
        timeout: float | None = None,
    ) -> PanicResponse:
        """The brake: halts, stops every bot and sells what they hold. FAILED_PRECONDITION, ACCOUNT_MISMATCH: the daemon
        has another account.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            reason: Why, in words; kept in the journal.
            account: The account that is meant: its number at the exchange (PanicResponse.account of a request
                with validate_only), "paper" in the paper modes. Another one than the daemon's is
                ACCOUNT_MISMATCH and nothing is done. May be empty with validate_only.
            all_orders: Also cancels every open order of the account that no bot placed, of every symbol, those
                of order lists too.
            validate_only: Says what would be done, and does nothing.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            PanicRequest,
            request,
            request_id=request_id,
            reason=reason,
            account=account,
            all_orders=all_orders,
            validate_only=validate_only,
        )
        return self._unary(PANIC, built, timeout)

    def get_locks(
        self,
        request: GetLocksRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetLocksResponse:
        """What locks entries now: guards that tripped, and people.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetLocksRequest, request)
        return self._unary(GET_LOCKS, built, timeout)

    def lock_entries(
        self,
        request: LockEntriesRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        symbol: str | None = None,
        duration_ms: int | None = None,
        reason: str | None = None,
        timeout: float | None = None,
    ) -> LockEntriesResponse:
        """Locks entries of a bot, of a symbol or of all bots for a while.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: The bot whose entries are locked; empty: a symbol's, or all.
            symbol: The symbol whose entries are locked; empty: a bot's, or all.
            duration_ms: For how long, in ms (1 to 60000000000). A lock by hand of the same scope is replaced.
            reason: Why, in words; kept in the journal.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            LockEntriesRequest,
            request,
            request_id=request_id,
            bot_id=bot_id,
            symbol=symbol,
            duration_ms=duration_ms,
            reason=reason,
        )
        return self._unary(LOCK_ENTRIES, built, timeout)

    def unlock_entries(
        self,
        request: UnlockEntriesRequest | None = None,
        *,
        request_id: str | None = None,
        lock_id: int | None = None,
        reason: str | None = None,
        timeout: float | None = None,
    ) -> UnlockEntriesResponse:
        """Ends a lock early.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            lock_id: Number of the lock (EntryLock.id).
            reason: Why, in words; kept in the journal.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(UnlockEntriesRequest, request, request_id=request_id, lock_id=lock_id, reason=reason)
        return self._unary(UNLOCK_ENTRIES, built, timeout)


class AsyncRiskServiceCalls(AsyncCalls):
    """Limits above all bots."""

    async def get_risk_limits(
        self,
        request: GetRiskLimitsRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetRiskLimitsResponse:
        """The limits and their use.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetRiskLimitsRequest, request)
        return await self._unary(GET_RISK_LIMITS, built, timeout)

    async def set_risk_limits(
        self,
        request: SetRiskLimitsRequest | None = None,
        *,
        request_id: str | None = None,
        limits: RiskLimits | None = None,
        fields: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> SetRiskLimitsResponse:
        """Changes the limits that are named, or replaces all.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            limits: The limits. With fields: only those named there count. Without: all of them are replaced,
                those left empty are lifted.
            fields: Names of the limits that change, as in RiskLimits, for example "max_daily_loss"; the others
                stay. One whose value is empty or 0 is lifted. Empty: all limits are replaced.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(SetRiskLimitsRequest, request, request_id=request_id, limits=limits, fields=fields)
        return await self._unary(SET_RISK_LIMITS, built, timeout)

    async def set_trading_state(
        self,
        request: SetTradingStateRequest | None = None,
        *,
        request_id: str | None = None,
        trading_state: TradingState | None = None,
        reason: str | None = None,
        timeout: float | None = None,
    ) -> SetTradingStateResponse:
        """Active, reducing or halted; survives a restart.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            trading_state: The new state.
            reason: Why, in words; kept in the journal.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            SetTradingStateRequest,
            request,
            request_id=request_id,
            trading_state=trading_state,
            reason=reason,
        )
        return await self._unary(SET_TRADING_STATE, built, timeout)

    async def panic(
        self,
        request: PanicRequest | None = None,
        *,
        request_id: str | None = None,
        reason: str | None = None,
        account: str | None = None,
        all_orders: bool | None = None,
        validate_only: bool | None = None,
        timeout: float | None = None,
    ) -> PanicResponse:
        """The brake: halts, stops every bot and sells what they hold. FAILED_PRECONDITION, ACCOUNT_MISMATCH: the daemon
        has another account.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            reason: Why, in words; kept in the journal.
            account: The account that is meant: its number at the exchange (PanicResponse.account of a request
                with validate_only), "paper" in the paper modes. Another one than the daemon's is
                ACCOUNT_MISMATCH and nothing is done. May be empty with validate_only.
            all_orders: Also cancels every open order of the account that no bot placed, of every symbol, those
                of order lists too.
            validate_only: Says what would be done, and does nothing.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            PanicRequest,
            request,
            request_id=request_id,
            reason=reason,
            account=account,
            all_orders=all_orders,
            validate_only=validate_only,
        )
        return await self._unary(PANIC, built, timeout)

    async def get_locks(
        self,
        request: GetLocksRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetLocksResponse:
        """What locks entries now: guards that tripped, and people.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetLocksRequest, request)
        return await self._unary(GET_LOCKS, built, timeout)

    async def lock_entries(
        self,
        request: LockEntriesRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        symbol: str | None = None,
        duration_ms: int | None = None,
        reason: str | None = None,
        timeout: float | None = None,
    ) -> LockEntriesResponse:
        """Locks entries of a bot, of a symbol or of all bots for a while.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: The bot whose entries are locked; empty: a symbol's, or all.
            symbol: The symbol whose entries are locked; empty: a bot's, or all.
            duration_ms: For how long, in ms (1 to 60000000000). A lock by hand of the same scope is replaced.
            reason: Why, in words; kept in the journal.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            LockEntriesRequest,
            request,
            request_id=request_id,
            bot_id=bot_id,
            symbol=symbol,
            duration_ms=duration_ms,
            reason=reason,
        )
        return await self._unary(LOCK_ENTRIES, built, timeout)

    async def unlock_entries(
        self,
        request: UnlockEntriesRequest | None = None,
        *,
        request_id: str | None = None,
        lock_id: int | None = None,
        reason: str | None = None,
        timeout: float | None = None,
    ) -> UnlockEntriesResponse:
        """Ends a lock early.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            lock_id: Number of the lock (EntryLock.id).
            reason: Why, in words; kept in the journal.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(UnlockEntriesRequest, request, request_id=request_id, lock_id=lock_id, reason=reason)
        return await self._unary(UNLOCK_ENTRIES, built, timeout)
