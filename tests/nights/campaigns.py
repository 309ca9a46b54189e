"""The simulation's own campaigns, senders and templates."""

from __future__ import annotations

import json

from truth import Campaign

from sync.demo.templates import template
from sync.destinations import DESTINATIONS

ACCOUNT = "waba-nights"
HAS_BRAZE = "braze_triggers" in DESTINATIONS
GROUP = "11111111-2222-3333-4444-555555555555"
DIRECT = (
    Campaign(
        "once_winback",
        "winback_lapsed",
        "marketing",
        "wa_once",
        "100000001",
        template="once_offer",
        priority=60,
        min_score="0.7",
        holdout_percent=10,
        holdout_salt="once-salt",
    ),
    Campaign(
        "deal",
        "winback_lapsed",
        "marketing",
        "wa_deal",
        "100000002",
        template="deal",
        priority=90,
        repeats="recurring",
        cooldown_days=3,
        min_score="0.7",
        holdout_percent=10,
        holdout_salt="deal-salt",
        max_steps=2,
    ),
    Campaign(
        "daily_notice",
        "recent_buyers",
        "utility",
        "wa_daily",
        "100000003",
        template="notice",
        priority=80,
        repeats="recurring",
        cooldown_days=1,
    ),
    Campaign(
        "chat_followup",
        "open_conversations",
        "service",
        "wa_chat",
        "100000004",
        message_type="free_text",
        free_text="Hi {first_name}, did our answer help?",
        priority=70,
        repeats="recurring",
        cooldown_days=1,
    ),
)
# Sent by a platform; it knows people by our ids.
PUSH = Campaign(
    "push",
    "recent_buyers",
    "marketing",
    "wa_push",
    "100000005",
    destination="braze_triggers",
    template="push",
    priority=40,
    repeats="recurring",
    cooldown_days=4,
    holdout_percent=10,
    holdout_salt="push-salt",
    provider_campaign_id="aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
)
CAMPAIGNS = (*DIRECT, PUSH) if HAS_BRAZE else DIRECT
FLAGS = (
    {
        "flag_name": "ott_winback",
        "destination": "braze_profiles",
        "audience": "winback_lapsed",
        "min_score": "0.7",
        "channel": "whatsapp",
        "sender_id": "wa_deal",
        "purpose": "marketing",
        "subscription_group_id": GROUP,
    },
    {
        "flag_name": "ott_reachable",
        "destination": "braze_profiles",
        "channel": "whatsapp",
        "sender_id": "wa_push",
        "purpose": "marketing",
    },
)
TEMPLATES = (
    template("push", "en", "Hi {{1}}, thank you."),
    template("once_offer", "en", "Hi {{1}}, we miss you."),
    template("deal", "en", "Hi {{1}}, this week's deal."),
    template("notice", "en", "Hi {{1}}, your order moves.", category="UTILITY"),
)


def as_seed(campaign):
    """Say a campaign as a row of seeds/campaigns/campaigns.csv."""
    return {
        "campaign_id": campaign.campaign_id,
        "audience": campaign.audience,
        "purpose": campaign.purpose,
        "priority": campaign.priority,
        "starts_at": f"{campaign.starts_at:%Y-%m-%d %H:%M:%S}",
        "repeats": campaign.repeats,
        "cooldown_days": campaign.cooldown_days or "",
        "min_score": campaign.min_score,
        "holdout_percent": campaign.holdout_percent or "",
        "holdout_salt": campaign.holdout_salt,
        "max_steps": campaign.max_steps,
    }


def as_message(campaign):
    """Say a campaign as a row of seeds/campaigns/campaign_messages.csv."""
    return {
        "campaign_id": campaign.campaign_id,
        "channel": "whatsapp",
        "message_type": campaign.message_type,
        "sender_id": campaign.sender_id,
        "destination": campaign.destination,
        "message_rank": 1,
        "template_name": campaign.template,
        "language_fallback": "en" if campaign.template else "",
        "body_parameters": campaign.parameters,
        "free_text": campaign.free_text,
        "provider_campaign_id": campaign.provider_campaign_id,
    }


def catalogue(fetched_at):
    """The templates as they are fetched at one moment."""
    return [
        {
            "fetched_at": fetched_at,
            "provider": "meta",
            "account_id": ACCOUNT,
            "payload": json.dumps(each),
        }
        for each in TEMPLATES
    ]


def senders(received_at):
    return [
        {
            "sender_id": campaign.sender_id,
            "channel": "whatsapp",
            "provider": "meta",
            "brand_id": "nights",
            "provider_account": campaign.number,
            "portfolio_id": "nights",
            "messages_per_second": 80,
            "template_account_id": ACCOUNT,
            "status": "active",
            "quality": "green",
            "received_at": received_at,
        }
        for campaign in CAMPAIGNS
    ]
