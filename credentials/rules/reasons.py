"""The closed list of reason codes, each with its words and its remedy.

Codes are never reused and never renamed: connected systems store them. Both
languages go out in every answer, so the texts stand here and not in a catalogue.
A caller that meets an unknown code must refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReasonCode(StrEnum):
    """Why the gate answered as it did."""

    QUALIFIED = "qualified"
    NOT_QUALIFIED = "not_qualified"
    UNKNOWN_SUBJECT = "unknown_subject"
    DUPLICATE_MEMBER = "duplicate_member"
    TEAM_BELOW_QUORUM = "team_below_quorum"
    TEAM_LEAD_MISSING = "team_lead_missing"
    TEAM_MEMBER_ROLE_UNFIT = "team_member_role_unfit"
    QUALIFICATION_MISSING = "qualification_missing"
    QUALIFICATION_NOT_YET_VALID = "qualification_not_yet_valid"
    QUALIFICATION_EXPIRED = "qualification_expired"
    QUALIFICATION_SUSPENDED = "qualification_suspended"
    QUALIFICATION_REVOKED = "qualification_revoked"
    QUALIFICATION_SURRENDERED = "qualification_surrendered"
    RENEWAL_OVERDUE = "renewal_overdue"
    CE_HOURS_SHORT = "ce_hours_short"
    EXAM_RESULT_ANNULLED = "exam_result_annulled"
    PREREQUISITE_LAPSED = "prerequisite_lapsed"
    SECTOR_NOT_COVERED = "sector_not_covered"
    METHOD_NOT_COVERED = "method_not_covered"
    DIVISION_NOT_COVERED = "division_not_covered"
    SUPERVISION_REQUIRED = "supervision_required"
    RECUSAL_DECLARED = "recusal_declared"
    EMPLOYER_CONFLICT = "employer_conflict"
    OFFICER_NOT_IN_POST = "officer_not_in_post"
    ISSUER_NOT_COMPETENT = "issuer_not_competent"
    ACTION_UNKNOWN = "action_unknown"
    RESOURCE_INCOMPLETE = "resource_incomplete"
    TIME_UNPARSABLE = "time_unparsable"
    TIME_OUT_OF_WINDOW = "time_out_of_window"
    CLOCK_SKEW_EXCESSIVE = "clock_skew_excessive"
    STALE_SNAPSHOT = "stale_snapshot"
    REVISION_REGRESSION = "revision_regression"
    POLICY_UNAVAILABLE = "policy_unavailable"
    CLIENT_NOT_AUTHORISED_FOR_DIVISION = "client_not_authorised_for_division"
    INSPECTION_NOT_PLANNED = "inspection_not_planned"
    ASSISTANT_NOT_COUNTED = "assistant_not_counted"
    FROZEN = "frozen"
    INTERNAL_ERROR = "internal_error"


@dataclass(frozen=True, slots=True)
class ReasonText:
    """What a code says to people and what they can do about it."""

    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


R = ReasonCode
T = ReasonText
TEXTS: dict[ReasonCode, ReasonText] = {
    R.QUALIFIED: T(
        "全部条件符合，可以开展。",
        "Every condition is met.",
        "在有效期内按所问的内容开展。",
        "Proceed as asked, before the answer runs out.",
    ),
    R.NOT_QUALIFIED: T(
        "不符合开展条件。",
        "The conditions are not met.",
        "请由有权查看理由的系统再次询问。",
        "Ask again through a system that may see the reasons.",
    ),
    R.UNKNOWN_SUBJECT: T(
        "登记中没有这名人员。",
        "The register knows no such person.",
        "核对人员的登记编号。",
        "Check the person's register id.",
    ),
    R.DUPLICATE_MEMBER: T(
        "同一人在检查组中出现两次。",
        "One person is named twice in the team.",
        "每人只列一次，另派一名合格人员。",
        "Name each person once and add another qualified officer.",
    ),
    R.TEAM_BELOW_QUORUM: T(
        "检查组中合格的执法人员人数不足。",
        "The team has too few qualified officers.",
        "加派合格的执法人员。",
        "Add qualified officers.",
    ),
    R.TEAM_LEAD_MISSING: T(
        "检查组没有合格的组长。",
        "The team has no qualified lead.",
        "指定一名可以担任组长的合格人员。",
        "Name a qualified officer who may lead.",
    ),
    R.TEAM_MEMBER_ROLE_UNFIT: T(
        "该人员不能承担所列的职责。",
        "The person may not take the part named.",
        "改派能承担该职责的人员。",
        "Give that part to somebody who may take it.",
    ),
    R.QUALIFICATION_MISSING: T(
        "没有执法资格。",
        "The person holds no qualification.",
        "取得资格前不得参加检查。",
        "The person must qualify before inspecting.",
    ),
    R.QUALIFICATION_NOT_YET_VALID: T(
        "资格尚未生效。",
        "The qualification is not valid yet.",
        "等资格生效后再安排。",
        "Wait until the qualification begins.",
    ),
    R.QUALIFICATION_EXPIRED: T(
        "资格已过有效期。",
        "The qualification has expired.",
        "办理换证后再安排。",
        "Renew the qualification first.",
    ),
    R.QUALIFICATION_SUSPENDED: T(
        "资格在暂停中。",
        "The qualification is suspended.",
        "恢复前不派其参加检查。",
        "Do not send the person until it is reinstated.",
    ),
    R.QUALIFICATION_REVOKED: T(
        "资格已被撤销。",
        "The qualification has been revoked.",
        "改派其他合格人员。",
        "Send another qualified officer.",
    ),
    R.QUALIFICATION_SURRENDERED: T(
        "资格已注销。",
        "The qualification has been surrendered.",
        "改派其他合格人员。",
        "Send another qualified officer.",
    ),
    R.RENEWAL_OVERDUE: T(
        "资格逾期未换证。",
        "The renewal of the qualification is overdue.",
        "办理换证后再安排。",
        "Complete the renewal first.",
    ),
    R.CE_HOURS_SHORT: T(
        "继续培训学时不足。",
        "Hours of continuing training are missing.",
        "补足学时后再安排。",
        "Complete the missing hours first.",
    ),
    R.EXAM_RESULT_ANNULLED: T(
        "资格所依据的考试成绩已作废。",
        "An exam result the qualification rests on was annulled.",
        "重新考试合格后再办理。",
        "Pass the exam again.",
    ),
    R.PREREQUISITE_LAPSED: T(
        "取得资格的前提条件已不具备。",
        "A requirement of the qualification has lapsed.",
        "补齐前提条件后再安排。",
        "Meet the requirement again.",
    ),
    R.SECTOR_NOT_COVERED: T(
        "资格不含这个领域。",
        "The qualification does not cover this sector.",
        "改派该领域的合格人员。",
        "Send somebody qualified for the sector.",
    ),
    R.METHOD_NOT_COVERED: T(
        "资格不含这种检查方式。",
        "The qualification does not cover this method.",
        "改派可用该方式检查的人员。",
        "Send somebody qualified for the method.",
    ),
    R.DIVISION_NOT_COVERED: T(
        "资格不含这个区域。",
        "The qualification does not cover this division.",
        "改派该区域的合格人员，或由共同上级指派交互检查。",
        "Send somebody of the division, or have a common superior assign it.",
    ),
    R.SUPERVISION_REQUIRED: T(
        "该人员须在带教人员同组时参加。",
        "The person may take part only beside a mentor.",
        "安排一名可担任组长的合格人员带教。",
        "Add a qualified officer who may lead as mentor.",
    ),
    R.RECUSAL_DECLARED: T(
        "该人员与此次检查有利害关系，应当回避。",
        "The person has declared a conflict and must withdraw.",
        "改派无利害关系的人员。",
        "Send somebody without a conflict.",
    ),
    R.EMPLOYER_CONFLICT: T(
        "该人员曾在被检查单位任职，应当回避。",
        "The person has worked for the site inspected.",
        "改派无利害关系的人员。",
        "Send somebody without a conflict.",
    ),
    R.OFFICER_NOT_IN_POST: T(
        "该人员当日不在执法岗位。",
        "The person is not in post on that day.",
        "改派在岗人员，或先更正任职记录。",
        "Send somebody in post, or correct the record first.",
    ),
    R.ISSUER_NOT_COMPETENT: T(
        "发证机关对该区域没有权限。",
        "The issuing body is not competent for that division.",
        "由有权机关重新办理资格。",
        "Have a competent body issue the qualification.",
    ),
    R.ACTION_UNKNOWN: T(
        "不认识所问的行为。",
        "The action asked about is unknown.",
        "按接口文档填写行为名称。",
        "Use an action named in the reference.",
    ),
    R.RESOURCE_INCOMPLETE: T(
        "检查信息不完整。",
        "The inspection is not described completely.",
        "补全领域、方式、区域、单位和任务。",
        "Give sector, method, division, site and task.",
    ),
    R.TIME_UNPARSABLE: T(
        "时间格式无法识别。",
        "The time cannot be read.",
        "使用带时区的日期时间，例如 2026-11-24T09:00:00+08:00。",
        "Use a date and time with offset, such as 2026-11-24T09:00:00+08:00.",
    ),
    R.TIME_OUT_OF_WINDOW: T(
        "所问的时间不在允许的范围内。",
        "The time asked about lies outside the window.",
        "在临近检查时再次询问。",
        "Ask again close to the inspection.",
    ),
    R.CLOCK_SKEW_EXCESSIVE: T(
        "询问系统的时钟偏差过大。",
        "The clock of the asking system is too far off.",
        "校准系统时钟后再次询问。",
        "Set the clock and ask again.",
    ),
    R.STALE_SNAPSHOT: T(
        "登记数据不够新。",
        "The data of the register is not fresh enough.",
        "稍后再次询问。",
        "Ask again shortly.",
    ),
    R.REVISION_REGRESSION: T(
        "登记数据版本倒退，已停止放行。",
        "The register went back to an older revision; the gate is shut.",
        "等登记机关核对恢复后再次询问。",
        "Wait until the register has been reconciled.",
    ),
    R.POLICY_UNAVAILABLE: T(
        "没有可用的资格方案。",
        "No scheme is available for this question.",
        "请登记机关检查资格方案。",
        "Have the register check its schemes.",
    ),
    R.CLIENT_NOT_AUTHORISED_FOR_DIVISION: T(
        "询问系统无权询问该区域。",
        "The asking system may not ask about this division.",
        "由该区域的系统询问，或申请扩大范围。",
        "Ask through a system of the division, or request the area.",
    ),
    R.INSPECTION_NOT_PLANNED: T(
        "没有经批准的任务或法定事由。",
        "There is no approved task or lawful ground.",
        "先完成任务审批。",
        "Have the task approved first.",
    ),
    R.ASSISTANT_NOT_COUNTED: T(
        "辅助人员不计入执法人员人数。",
        "Assistants do not count as officers.",
        "加派合格的执法人员。",
        "Add qualified officers.",
    ),
    R.FROZEN: T(
        "登记机关已冻结放行。",
        "The register has frozen its answers.",
        "等登记机关解除冻结后再次询问。",
        "Wait until the register lifts the freeze.",
    ),
    R.INTERNAL_ERROR: T(
        "处理出错，按不可以处理。",
        "The question could not be processed and counts as refused.",
        "稍后再次询问，仍出错时联系登记机关。",
        "Ask again; tell the register if it persists.",
    ),
}


def text_of(code: str) -> ReasonText:
    """The words of a code; an unknown code is a mistake of ours and raises."""
    return TEXTS[ReasonCode(code)]


REASONS_USER: dict[str, dict[str, str]] = {
    code.value: {"zh-CN": text.zh, "en": text.en} for code, text in TEXTS.items()
}
REMEDIES: dict[str, dict[str, str]] = {
    code.value: {"zh-CN": text.remedy_zh, "en": text.remedy_en}
    for code, text in TEXTS.items()
}
