{{ whatsapp_changes(is_recent('stg_whatsapp__kept')) }}
