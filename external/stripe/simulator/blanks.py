"""Fields of each object that Stripe sends as null where they have no value (from the SDK's own annotations)."""

from typing import Any

type Doc = dict[str, Any]

_NULLS = {
    "customer": (
        "address balance currency default_source delinquent description email invoice_prefix invoice_settings "
        "name next_invoice_sequence phone preferred_locales shipping tax_exempt test_clock "
    ),
    "payment_method": ("card "),
    "payment_intent": (
        "application application_fee_amount automatic_payment_methods canceled_at cancellation_reason "
        "client_secret customer description last_payment_error latest_charge next_action on_behalf_of "
        "payment_method payment_method_configuration_details payment_method_options processing receipt_email "
        "review setup_future_usage shipping source statement_descriptor statement_descriptor_suffix "
        "transfer_data transfer_group "
    ),
    "setup_intent": (
        "application attach_to_self automatic_payment_methods cancellation_reason client_secret customer "
        "description flow_directions last_setup_error latest_attempt mandate next_action on_behalf_of "
        "payment_method payment_method_configuration_details payment_method_options single_use_mandate "
    ),
    "charge": (
        "application application_fee application_fee_amount balance_transaction "
        "calculated_statement_descriptor customer description failure_code failure_message fraud_details "
        "on_behalf_of outcome payment_intent payment_method payment_method_details receipt_email "
        "receipt_number receipt_url review shipping source statement_descriptor statement_descriptor_suffix "
        "transfer transfer_data transfer_group "
    ),
    "price": (
        "lookup_key nickname recurring tax_behavior tiers_mode transform_quantity unit_amount unit_amount_decimal "
    ),
    "plan": ("amount amount_decimal meter nickname product tiers_mode transform_usage trial_period_days "),
    "product": (
        "default_price description package_dimensions shippable statement_descriptor tax_code tax_details "
        "unit_label url "
    ),
    "coupon": ("amount_off currency duration_in_months max_redemptions name percent_off redeem_by "),
    "discount": ("checkout_session customer end invoice invoice_item promotion_code subscription subscription_item "),
    "subscription": (
        "application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at "
        "canceled_at cancellation_details days_until_due default_payment_method default_source "
        "default_tax_rates description ended_at latest_invoice next_pending_invoice_item_invoice on_behalf_of "
        "pause_collection payment_settings pending_invoice_item_interval pending_setup_intent pending_update "
        "schedule status_details test_clock transfer_data trial_end trial_settings trial_start "
    ),
    "subscription_item": ("billing_thresholds quantity tax_rates "),
    "invoice": (
        "account_country account_name account_tax_ids application auto_advance automatically_finalizes_at "
        "billing_reason custom_fields customer customer_address customer_email customer_name customer_phone "
        "customer_shipping customer_tax_exempt customer_tax_ids default_payment_method default_source "
        "description due_date effective_at ending_balance footer from_invoice hosted_invoice_url invoice_pdf "
        "last_finalization_error latest_revision next_payment_attempt number on_behalf_of parent "
        "receipt_number rendering shipping_cost shipping_details statement_descriptor status status_details "
        "subtotal_excluding_tax test_clock total_discount_amounts total_excluding_tax "
        "total_pretax_credit_amounts total_taxes "
    ),
    "line_item": ("description discount_amounts invoice parent pricing quantity subscription "),
    "invoiceitem": ("description discounts invoice parent pricing proration_details tax_rates test_clock "),
    "invoice_payment": ("amount_paid "),
    "refund": (
        "balance_transaction charge customer description next_action payment_intent payment_method reason "
        "receipt_number source_transfer_reversal status transfer_reversal "
    ),
    "credit_note": (
        "customer_balance_transaction effective_at memo out_of_band_amount reason shipping_cost "
        "subtotal_excluding_tax total_excluding_tax total_taxes voided_at "
    ),
    "credit_note_line_item": ("description invoice_line_item quantity unit_amount unit_amount_decimal "),
    "customer_balance_transaction": ("checkout_session credit_note description invoice "),
    "checkout.session": (
        "adaptive_pricing after_expiration allow_promotion_codes amount_subtotal amount_total "
        "billing_address_collection cancel_url client_reference_id client_secret collected_information "
        "consent consent_collection currency currency_conversion customer customer_creation customer_details "
        "customer_email discounts invoice invoice_creation locale origin_context payment_intent payment_link "
        "payment_method_collection payment_method_configuration_details payment_method_options recovered_from "
        "redirect_on_completion return_url saved_payment_method_options setup_intent "
        "shipping_address_collection shipping_cost status submit_type subscription success_url "
        "tax_id_collection total_details ui_mode url "
    ),
    "billing_portal.session": ("after_expiration flow locale on_behalf_of return_url "),
    "webhook_endpoint": ("api_version application description "),
    "event": ("api_version request "),
    "test_helpers.test_clock": ("name "),
    "billing.meter": ("event_time_window "),
}


def blank(kind: str, **values: Any) -> Doc:
    """A document of ``kind``: nulls, then ``values``."""
    return {"object": kind} | dict.fromkeys(_NULLS[kind].split()) | values
