{{ whatsapp_changes() }}
