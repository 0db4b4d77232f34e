"""Home Assistant: our mowers by MQTT discovery."""

from external.homeassistant.bridge import HomeAssistantBridge, MqttAccess

__all__ = ["HomeAssistantBridge", "MqttAccess"]
